/** `nsbox pause`: containers stopped in their tracks. */
import type { Command, Parsed } from "../cli/command.ts";
import { print } from "../cli/print.ts";
import { pause, tellFollowers } from "../runtime/limits/freeze.ts";
import { eachWord, labelOf } from "./containers/find.ts";
import { findRunning } from "./containers/running.ts";

/** `nsbox pause`. */
export const command: Command = {
  name: "pause",
  usage: "NAME…",
  description: `Freezes all processes of each container, by its cgroup: they get no processor time and see no signal until \`nsbox resume\`. Returns when all of them are frozen, and prints the name of each container that is. Its memory stays in use, and its clocks go on.

\`nsbox stop\`, \`kill\` and \`rm -f\` let it go on first. \`nsbox exec\` does not enter it.`,
  flags: [],
  positionals: "mixed",
  examples: [{ line: "nsbox pause web", text: "Freeze the container web." }],
  failure: 1,
  run,
};

function run(input: Parsed): Promise<number> {
  return eachWord(input.rest, async (word) => {
    const container = findRunning(word);
    await pause(container, labelOf(container));
    tellFollowers(container.directory, true);
    print(word);
  });
}
