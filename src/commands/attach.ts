/** `nsbox attach`: this terminal, connected to a container that lives. */
import type { Command, Parsed } from "../cli/command.ts";
import { isLive } from "../runtime/containers/settle.ts";
import { NsboxError } from "../util/errors.ts";
import { checkCount, findContainer } from "./containers/find.ts";

/** `nsbox attach`. */
export const command: Command = {
  name: "attach",
  usage: "[OPTIONS] NAME",
  description: `Shows what a container writes from now on, and gives it what is typed. Several may be attached at once; what is typed goes to a container that was made with "--interactive" or "-t".

Ends with the container and its exit status, or by the keys that detach: the container goes on.`,
  flags: [
    { long: "no-stdin", help: "Give it no input" },
    { long: "detach-keys", value: "KEYS", help: "Detach by these keys; ctrl-p,ctrl-q unless given" },
  ],
  positionals: "mixed",
  examples: [{ line: "nsbox attach web", text: "See what the container web says." }],
  failure: 1,
  run,
};

function run({ rest }: Parsed): number {
  checkCount(rest, "NAME", 1);
  const container = findContainer(rest[0]!);
  if (!isLive(container))
    throw new NsboxError(`Container "${rest[0]}" does not run`, { code: "not-running" });
  throw new NsboxError("This build cannot attach yet");
}
