/** `nsbox kill`: a signal to containers. */
import type { Command, Parsed } from "../cli/command.ts";
import { print } from "../cli/print.ts";
import { isLive } from "../runtime/containers/settle.ts";
import { beginStop, finishStop, signalContainer } from "../runtime/containers/stop.ts";
import { NsboxError } from "../util/errors.ts";
import { eachWord, findContainer } from "./containers/find.ts";
import { readSignal } from "./containers/signals.ts";

const SIGKILL = 9;

/** `nsbox kill`. */
export const command: Command = {
  name: "kill",
  usage: "[OPTIONS] NAME…",
  description: `Sends a signal to the first process of each container, SIGKILL unless told otherwise, and prints the name of each that got it.

A first process that is PID 1 and does not handle the signal ends by it all the same, as any other process would. After SIGKILL it is waited for, and nothing starts the container again but \`nsbox restart\`.`,
  flags: [
    {
      long: "signal",
      short: "s",
      value: "SIGNAL",
      help: "Send this signal: its name, with or without SIG, or its number",
    },
  ],
  positionals: "mixed",
  examples: [{ line: "nsbox kill -s HUP web", text: "Let a server read its configuration again." }],
  failure: 1,
  run,
};

function run(input: Parsed): Promise<number> {
  const signal = readSignal(input.value("signal") ?? "KILL");
  return eachWord(input.rest, async (word) => {
    const container = findContainer(word);
    if (!isLive(container)) throw new NsboxError(`Container "${word}" does not run`, { code: "not-running" });
    if (signal === SIGKILL) await finishStop(beginStop(container, SIGKILL, 0), SIGKILL);
    else signalContainer(container, signal);
    print(word);
  });
}
