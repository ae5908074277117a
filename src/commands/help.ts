/** `nsbox help`: any command's help or man page, and the topics. */
import { painter } from "../cli/color.ts";
import type { Command, Parsed } from "../cli/command.ts";
import { fillAll, widthOf } from "../cli/layout.ts";
import { manPage } from "../cli/man.ts";
import { print } from "../cli/print.ts";
import { didYouMean, suggest } from "../cli/suggest.ts";
import { TOPICS, type Topic } from "../cli/topics.ts";
import { printUsage } from "../cli/usage.ts";
import { UsageError } from "../util/errors.ts";
import { COMMANDS } from "./index.ts";
import { command as root } from "./root.ts";

const topics: Readonly<Record<string, Topic>> = TOPICS;

/** `nsbox help`. */
export const command: Command = {
  name: "help",
  usage: "[OPTIONS] [COMMAND|TOPIC]",
  description: "Prints what there is to know about a command or a topic; without one, what there is.",
  flags: [
    {
      long: "man",
      group: "Options",
      help: "Print the man page in its source form",
      text: "For man(1) to show: `nsbox help --man run >nsbox-run.1; man ./nsbox-run.1`.",
    },
  ],
  positionals: "mixed",
  examples: [
    { line: "nsbox help run", text: "Everything about `nsbox run`." },
    { line: "nsbox help exit-codes", text: "What each exit status means." },
  ],
  failure: 1,
  run,
};

async function run(input: Parsed): Promise<number> {
  const [name, extra] = input.rest;
  if (extra !== undefined) throw new UsageError(`Too many words for help: "${extra}"`, "It takes one");
  const man = input.has("man");
  if (name === undefined) {
    if (!man) return printUsage(root, false);
    print(manPage(root, "run programs in Linux namespaces"));
  } else if (Object.hasOwn(COMMANDS, name)) {
    const row = COMMANDS[name]!;
    const { command } = await row.load();
    if (!man) return printUsage(command, true);
    print(manPage(command, row.summary));
  } else if (Object.hasOwn(topics, name) && !man) {
    const paint = painter(1);
    const { summary, text } = topics[name]!;
    print(`${paint("heading", summary)}\n\n${fillAll(text, widthOf(1), 0)}`);
  } else {
    throw unknown(name, man);
  }
  return 0;
}

function unknown(name: string, man: boolean): UsageError {
  const listed = Object.keys(COMMANDS).filter((key) => COMMANDS[key]!.group !== "internal");
  const near = suggest(name, man ? listed : [...listed, ...Object.keys(topics)]);
  const what = man ? "man page of" : "help on";
  return new UsageError(
    `There is no ${what} "${name}"`,
    didYouMean(near) ?? "`nsbox help` lists what there is",
  );
}
