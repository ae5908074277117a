/** `nsbox dump`: all that is known of this machine's namespaces, as JSON that is read again. */
import type { Command, Parsed } from "../cli/command.ts";
import { QUIET } from "../cli/flags.ts";
import { note } from "../cli/log.ts";
import { print } from "../cli/print.ts";
import { WIDEST_INDENT, writeDump } from "../ns/dump.ts";
import { UsageError } from "../util/errors.ts";
import { sanitizeJson } from "../util/sanitize.ts";
import { gapsNote } from "./looking/gaps.ts";
import { INPUT_FLAG, takeSnapshot } from "./looking/source.ts";

const USUAL_INDENT = 2;

/** `nsbox dump`. */
export const command: Command = {
  name: "dump",
  usage: "[OPTIONS]",
  description: `Prints all that nsbox sees of this machine's namespaces, processes, containers and mounts as JSON. The option --input of the commands that look (ls, tree, graph, caps, pid, mounts, diff) shows it later, or elsewhere.

It tells the names of environment variables, never their values; but the command lines of all processes are in it.`,
  flags: [
    { long: "compact", short: "c", help: "Everything on one line" },
    {
      long: "indent",
      value: "N",
      help: `Indent each level by N spaces, 0 to ${WIDEST_INDENT} (${USUAL_INDENT})`,
    },
    { long: "tab", help: "Indent each level by a tab" },
    INPUT_FLAG,
    QUIET,
  ],
  positionals: "mixed",
  examples: [
    {
      line: "nsbox dump --compact >machine.json",
      text: "Keep what can be seen now: `nsbox tree --input machine.json` shows it later.",
    },
    { line: "nsbox dump --tab", text: "For people, with tabs." },
  ],
  elsewhere: {
    json: "It is JSON always",
    output: "It goes to standard output: nsbox dump > FILE",
    o: "It goes to standard output: nsbox dump > FILE",
  },
  failure: 1,
  run,
};

async function run(input: Parsed): Promise<number> {
  if (input.rest.length > 0) throw new UsageError(`Too many words: "${input.rest[0]}"`, "It takes none");
  const indent = readIndent(input);
  const snapshot = await takeSnapshot(input, { details: true, mountTables: true });
  // Made safe with spaces, since a tab is made safe as well; lines in JSON begin with nothing else.
  const json = sanitizeJson(writeDump(snapshot, { indent: indent === "tab" ? 1 : indent }));
  print(indent === "tab" ? json.replace(/^ +/gm, ({ length }) => "\t".repeat(length)) : json);
  const gaps = gapsNote(snapshot.gaps);
  if (gaps !== undefined) await note(gaps);
  return 0;
}

function readIndent(input: Parsed): number | "tab" {
  const given = ["compact", "indent", "tab"].filter((option) => input.has(option));
  if (given.length > 1)
    throw new UsageError(`Options "--${given[0]}" and "--${given[1]}" exclude each other`);
  if (input.has("tab")) return "tab";
  if (input.has("compact")) return 0;
  const word = input.value("indent");
  if (word === undefined) return USUAL_INDENT;
  if (/^\d$/.test(word) && Number(word) <= WIDEST_INDENT) return Number(word);
  throw new UsageError(`Option "--indent" needs a number from 0 to ${WIDEST_INDENT}, not "${word}"`);
}
