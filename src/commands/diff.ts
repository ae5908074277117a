/** `nsbox diff`: in what the worlds of two processes differ. */
import type { Command, Parsed } from "../cli/command.ts";
import { JSON_FLAG } from "../cli/flags.ts";
import { print } from "../cli/print.ts";
import type { Row, Section, Side } from "../ns/diff/rows.ts";
import { diffWorlds } from "../ns/diff.ts";
import type { Process, Snapshot } from "../ns/model.ts";
import { UsageError } from "../util/errors.ts";
import { safeJson } from "../util/sanitize.ts";
import { findProcess } from "./looking/find.ts";
import { INPUT_FLAG, takeSnapshot } from "./looking/source.ts";
import { diffText } from "./worlds/diff-text.ts";
import { detailsOf, mountsOf } from "./worlds/known.ts";

const STATUS_ALONE = 'Use "--exit-code" with > /dev/null';

/** `nsbox diff`. */
export const command: Command = {
  name: "diff",
  usage: "[OPTIONS] PID|NAME [PID|NAME]",
  description: `Shows in what the worlds of two processes differ: namespaces, users and groups with their maps, capabilities, filters and labels, mounts as each finds them by path, root and directories, limits, cgroups, scheduling, and the names (never the values) of environment variables. NAME is a container, which stands for its first process; without the second the first is compared to the process that called nsbox, usually your shell.

What is the same is left out. "?" is what is not known, because it may not be read; "-" is what one side does not have. The last line names what is known of neither.

The status is 0 whether they differ or not, as with every command that shows something; with "--exit-code" it is 1 where they differ.`,
  flags: [
    { long: "all", short: "a", help: "Print what is the same, too" },
    {
      long: "only",
      value: "SECTION[,SECTION]",
      multiple: true,
      help: "Compare these alone: namespaces, ids, capabilities, …",
      text: "The sections are namespaces, ids, capabilities, security, mounts, place, limits, cgroups, scheduling and environment.",
    },
    { long: "exit-code", short: "e", help: "Exit with 1 where they differ" },
    INPUT_FLAG,
    JSON_FLAG,
  ],
  positionals: "mixed",
  examples: [
    { line: "nsbox diff web", text: "What is different inside the container web, compared to this shell." },
    { line: "nsbox diff 1 $$ --only capabilities,limits", text: "What PID 1 may that the shell may not." },
    { line: "nsbox diff 1 $$ --only mounts -e", text: "Do both see the same mounts?" },
  ],
  elsewhere: { quiet: STATUS_ALONE, brief: STATUS_ALONE, q: STATUS_ALONE },
  failure: 1,
  run,
};

async function run(input: Parsed): Promise<number> {
  const [first, second, ...more] = input.rest;
  if (first === undefined) throw new UsageError("Missing a process", "nsbox diff PID|NAME [PID|NAME]");
  if (more.length > 0) throw new UsageError(`Too many words: "${more[0]}"`, "It compares two processes");
  const wanted = input.values("only").flatMap((words) => words.split(","));
  const snapshot = await takeSnapshot(input, { threads: false, mounts: false, descriptors: false });
  const left = findProcess(snapshot, first);
  const right = second === undefined ? callerIn(snapshot) : findProcess(snapshot, second);
  const all = diffWorlds(sideOf(input, snapshot, left), sideOf(input, snapshot, right));
  for (const name of wanted) {
    if (!all.some((section) => section.name === name)) {
      throw new UsageError(
        `Option "--only" does not know "${name}"`,
        `It takes ${all.map((section) => section.name).join(", ")}`,
      );
    }
  }
  const compared = all.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  const answers = compared.flatMap(({ rows }) => rows.map(({ same }) => same));
  const same = answers.includes(false) ? false : answers.includes(null) ? null : true;
  const sections = compared.map(({ rows, ...section }) => ({
    ...section,
    rows: input.has("all") ? rows : rows.filter(differs),
  }));
  if (input.has("json")) print(safeJson(json(left, right, same, sections)));
  else {
    const unknown = input.has("all") ? [] : compared.flatMap(unknownOf);
    print(diffText(snapshot, left, right, sections, unknown));
  }
  return same === false && input.has("exit-code") ? 1 : 0;
}

const differs = ({ same, left, right }: Row): boolean => same === false || (same === null && left !== right);

/** What is known of neither side: it is no difference, and must not look as if it were the same. */
function unknownOf({ name, rows }: Section): string[] {
  const unknown = rows.filter((row) => row.same === null && !differs(row));
  if (unknown.length === 0) return [];
  return [unknown.length === rows.length ? name : `${name} (${unknown.map((row) => row.name).join(", ")})`];
}

function sideOf(input: Parsed, snapshot: Snapshot, process: Process): Side {
  return { process, details: detailsOf(input, process), mounts: mountsOf(input, snapshot, process) };
}

/** Who called nsbox, or whatever looked when a dump was written: its parent, where that is in sight. */
function callerIn(snapshot: Snapshot): Process {
  const viewer = snapshot.processes.find(({ pid }) => pid === snapshot.viewer.pid);
  const caller = snapshot.processes.find(({ pid }) => pid === viewer?.ppid) ?? viewer;
  if (caller !== undefined) return caller;
  throw new UsageError("Missing the second process", "nsbox diff PID|NAME PID|NAME");
}

/** `same`: null where none differs, but not all is known. Sections without a row that is shown stand there too, empty. */
function json(left: Process, right: Process, same: boolean | null, sections: readonly Section[]) {
  const side = ({ pid, name }: Process) => ({ pid, name });
  return {
    left: side(left),
    right: side(right),
    same,
    sections: Object.fromEntries(sections.map(({ name, rows }) => [name, rows])),
  };
}
