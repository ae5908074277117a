/** `nsbox top`: the processes of a container. */
import type { Command, Parsed } from "../cli/command.ts";
import { JSON_FLAG } from "../cli/flags.ts";
import { print } from "../cli/print.ts";
import { printTable } from "../cli/table.ts";
import { userNames } from "../ns/users.ts";
import { processesOf } from "../runtime/containers/processes.ts";
import { isLive } from "../runtime/containers/settle.ts";
import { NsboxError } from "../util/errors.ts";
import { safeJson } from "../util/sanitize.ts";
import { checkCount, findContainer } from "./containers/find.ts";

/** `nsbox top`. */
export const command: Command = {
  name: "top",
  usage: "[OPTIONS] NAME",
  description: `Lists the processes of a container once: their PIDs here and inside (as each one's own PID namespace has them), user, state as ps(1) shows it, processor time in minutes and seconds, and command. Users are shown as the host has them.`,
  flags: [JSON_FLAG],
  positionals: "mixed",
  examples: [{ line: "nsbox top web", text: "What runs in the container web." }],
  failure: 1,
  run,
};

function run(input: Parsed): number {
  checkCount(input.rest, "NAME", 1);
  const container = findContainer(input.rest[0]!);
  const { status } = container;
  if (!isLive(container) || status === undefined) {
    throw new NsboxError(`Container "${input.rest[0]}" does not run`, { code: "not-running" });
  }
  const names = userNames();
  const processes = processesOf(status).map((one) => ({
    ...one,
    user: names.get(one.uid) ?? String(one.uid),
  }));
  if (input.has("json")) print(safeJson(processes));
  else {
    const rows = processes.map(({ pid, inside, user, state, seconds, command: words }) => [
      String(pid),
      String(inside),
      user,
      state,
      clock(seconds),
      words,
    ]);
    printTable(["PID", "INSIDE", "USER", "STATE", "TIME", "COMMAND"], rows, { ascii: false });
  }
  return 0;
}

const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
