/** `nsbox attach`: this terminal, connected to a container that lives. */
import { isTerminal } from "../cli/color.ts";
import type { Command, Parsed } from "../cli/command.ts";
import { encoded } from "../plan/block.ts";
import { isLive } from "../runtime/containers/settle.ts";
import { launch } from "../runtime/launch.ts";
import { launchAgain } from "../runtime/launch-again.ts";
import { NsboxError } from "../util/errors.ts";
import { readDetachKeys, USUAL_KEYS } from "./containers/detach-keys.ts";
import { checkCount, findContainer } from "./containers/find.ts";

/** `nsbox attach`. */
export const command: Command = {
  name: "attach",
  usage: "[OPTIONS] NAME",
  description: `Shows what a container writes from now on, and gives it what is typed, if it was made with an input: "--interactive" or "-t". Several may be attached at once.

Ends with the container, and with its exit status; or when the keys that detach are typed: then the container goes on. A signal to \`nsbox attach\` is a signal to the container; a terminal that is closed only ends the attachment of a container with a terminal of its own.`,
  flags: [
    { long: "no-stdin", help: "Give it no input" },
    {
      long: "detach-keys",
      value: "KEYS",
      help: `Detach by these keys; ${USUAL_KEYS} unless given`,
      text: 'Keys parted by commas: single characters, or ctrl- and a letter. "none": no keys do.',
    },
  ],
  positionals: "mixed",
  examples: [{ line: "nsbox attach web", text: "See what the container web says." }],
  failure: 125,
  run,
};

async function run(input: Parsed): Promise<number> {
  const keys = readDetachKeys(input.value("detach-keys") ?? USUAL_KEYS);
  checkCount(input.rest, "NAME", 1);
  const container = findContainer(input.rest[0]!);
  const { config, directory } = container;
  if (!isLive(container))
    throw new NsboxError(`Container "${input.rest[0]}" does not run`, { code: "not-running" });
  const isInput = !input.has("no-stdin") && (config?.interactive === true || config?.tty === true);
  const isOwnTerminal = config?.tty === true && isTerminal(1);
  const { NO_COLOR, TERM = "dumb" } = process.env;
  const plan = encoded({
    ops: [{ op: "attach", directory, input: Number(isInput), terminal: Number(isOwnTerminal), keys }],
    argv: ["attach"],
    env: [],
    display: NO_COLOR ? "NO_COLOR=1" : `TERM=${TERM}`,
    bytes: false,
  });
  const title = `nsbox attach ${input.rest[0]}`;
  throw launchAgain(plan, title, launch(plan, title));
}
