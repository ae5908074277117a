/** `nsbox stop`: containers ended, politely first. */
import type { Command, Parsed } from "../cli/command.ts";
import { print } from "../cli/print.ts";
import { checkCount } from "./containers/find.ts";
import { readSeconds } from "./containers/signals.ts";
import { stopAll } from "./containers/stopping.ts";

/** `nsbox stop`. */
export const command: Command = {
  name: "stop",
  usage: "[OPTIONS] NAME…",
  description: `Sends each container its stop signal, SIGTERM unless \`nsbox run\` was told otherwise, and after a time SIGKILL. Returns when they have ended, and prints the name of each that has. Nothing starts them again but \`nsbox restart\`.`,
  flags: [
    {
      long: "time",
      short: "t",
      value: "SECONDS",
      help: "Wait that long before SIGKILL",
      text: "Unless given, as long as `nsbox run` was told, or else 10 seconds.",
    },
  ],
  positionals: "mixed",
  examples: [
    { line: "nsbox stop web", text: "End the container web." },
    { line: "nsbox stop -t 0 web db", text: "End two, at once." },
  ],
  failure: 1,
  run,
};

async function run(input: Parsed): Promise<number> {
  const time = input.value("time");
  const timeout = time === undefined ? undefined : readSeconds(time, "--time");
  checkCount(input.rest, "NAME…", 1, Number.POSITIVE_INFINITY);
  return stopAll(input.rest, timeout, print);
}
