/** `nsbox resume`: paused containers go on. */
import type { Command, Parsed } from "../cli/command.ts";
import { print } from "../cli/print.ts";
import { resume, tellFollowers } from "../runtime/limits/freeze.ts";
import { eachWord, labelOf } from "./containers/find.ts";
import { findRunning } from "./containers/running.ts";

/** `nsbox resume`. */
export const command: Command = {
  name: "resume",
  usage: "NAME…",
  description: `Lets the processes of each container go on that \`nsbox pause\` has frozen, and prints its name. One that is not paused is as good.`,
  flags: [],
  positionals: "mixed",
  examples: [{ line: "nsbox resume web", text: "Let the container web go on." }],
  failure: 1,
  run,
};

function run(input: Parsed): Promise<number> {
  return eachWord(input.rest, (word) => {
    const container = findRunning(word);
    resume(container, labelOf(container));
    tellFollowers(container.directory, false);
    print(word);
  });
}
