/** `nsbox ls`: the namespaces of this machine. */
import { isColored } from "../cli/color.ts";
import type { Command, Parsed } from "../cli/command.ts";
import { JSON_FLAG, QUIET } from "../cli/flags.ts";
import { note } from "../cli/log.ts";
import { print } from "../cli/print.ts";
import { printTable } from "../cli/table.ts";
import type { Namespace } from "../ns/model.ts";
import { UsageError } from "../util/errors.ts";
import { safeJson } from "../util/sanitize.ts";
import { FILTER_FLAGS, readFilters } from "./looking/choose.ts";
import { COLUMNS, headingOf } from "./looking/columns.ts";
import { gapsNote } from "./looking/gaps.ts";
import { kindPainter } from "./looking/paint.ts";
import { readColumns, readOrder, rowsJson, tableOf } from "./looking/rows.ts";
import { INPUT_FLAG, takeSnapshot } from "./looking/source.ts";
import { World } from "./looking/world.ts";

const NOT_CUT = "Where standard output is no terminal, nothing is cut: nsbox ls | cat";
const TREES = "`nsbox tree` shows trees";
const COLUMN_LIST = "`nsbox ls --help` lists the columns";
const FOR_PROGRAMS = "--json is for programs";
const LIST_ALREADY = "The table is a list already";
const JQ_FILTERS = "Words, --kind, --pid, --user and --owner choose; jq chooses from --json by anything else";
const WITHOUT_PROCESS = "They are listed; --orphans lists them alone";

/** Options of lsns(8) that are called otherwise here. */
const LSNS_OPTIONS: Readonly<Record<string, string>> = {
  type: "The kind is chosen by --kind, -t",
  task: "A process is chosen by --pid, -p",
  noheadings: "It is called --no-headings",
  "output-all": "Write -o all",
  tree: TREES,
  T: TREES,
  J: "Write --json",
  raw: FOR_PROGRAMS,
  r: FOR_PROGRAMS,
  list: LIST_ALREADY,
  l: LIST_ALREADY,
  notruncate: NOT_CUT,
  u: NOT_CUT,
  nowrap: NOT_CUT,
  W: NOT_CUT,
  filter: JQ_FILTERS,
  Q: JQ_FILTERS,
  persistent: WITHOUT_PROCESS,
  P: WITHOUT_PROCESS,
  "list-columns": COLUMN_LIST,
  H: COLUMN_LIST,
};

/** `nsbox ls`. */
export const command: Command = {
  name: "ls",
  usage: "[OPTIONS] [KIND|NAMESPACE|PID|CONTAINER]…",
  description: `Lists the namespaces of this machine: those of processes and of single threads, those that only a mount, a descriptor or a socket keeps alive, and those that are but the parent or owner of others.

Words choose what is listed: a kind ("net"), a namespace ("net:[4026531840]", its number, or a path to it), a PID, or a container by name or id. \`nsbox tree\` shows how they hang together.

In the table "-" means that there is none, and "?" that it could not be read; a note tells how much that is.`,
  listings: [
    { title: "Columns", rows: COLUMNS.map((column) => [headingOf(column), column.help]) },
    {
      title: "What else keeps a namespace alive (HOLDER)",
      rows: [
        ["thread TID of PID", "a thread in it, of a process that is in another"],
        ["for children of PID", "the next child of the process will be in it"],
        ["mount PATH", "a bind mount of it; where there are more of anything, +N behind it"],
        ["descriptor N of PID", "a process has it open"],
        ["socket N of PID", "a socket of it, held by a process that is in another"],
        ["parent of …, owner of …", "others that need it"],
      ],
    },
  ],
  flags: [
    {
      long: "output",
      short: "o",
      value: "COLUMN,…",
      help: "Print these columns; +COLUMN,… adds to the usual ones; all prints all",
      text: "In any case, from the list above. With --json: only these members; without it all of them.",
    },
    {
      long: "sort",
      short: "s",
      value: "COLUMN",
      help: "Sort by a column; -COLUMN reverses",
      text: "Otherwise by kind, then by id. Write --sort=-COLUMN to reverse.",
    },
    { long: "no-headings", short: "n", help: "Leave out the line of headings" },
    {
      long: "watch",
      short: "w",
      value: "SECONDS",
      optional: true,
      help: "Go on, and show what comes, goes and changes",
      text: "Looks again every SECONDS (2). On a terminal the list is kept up to date in place: arrows and PgUp, PgDn scroll, q or Ctrl-C ends it. Elsewhere each event is a line: = was there at the beginning, + came, - went, ~ changed. With --json each line is an object.",
    },
    INPUT_FLAG,
    {
      long: "threads",
      help: "Also look at each thread of every process (the default)",
    },
    {
      long: "no-threads",
      help: "Take every thread to be where its process is",
      text: "Faster; namespaces that only a thread is in are then missing.",
    },
    JSON_FLAG,
    QUIET,
    ...FILTER_FLAGS,
  ],
  positionals: "mixed",
  examples: [
    { line: "nsbox ls", text: "All namespaces." },
    { line: "nsbox ls net --orphans", text: "Network namespaces without a process, and what keeps them." },
    {
      line: "nsbox ls -p $$ -o ns,kind,owner,creator",
      text: "Those that the shell is in, and who owns them.",
    },
    { line: "nsbox ls --json | jq '.namespaces[] | select(.processes == 0).ns'", text: "For programs." },
    { line: "nsbox ls -w", text: "What comes and goes." },
  ],
  elsewhere: LSNS_OPTIONS,
  failure: 1,
  run,
};

async function run(input: Parsed): Promise<number> {
  const chosen = readColumns(input.value("output"));
  const order = readOrder(input.value("sort"));
  if (input.has("threads") && input.has("no-threads")) {
    throw new UsageError('Options "--threads" and "--no-threads" exclude each other');
  }
  const looking = { threads: !input.has("no-threads") };
  if (input.has("watch")) {
    const { watchList } = await import("./looking/watch/index.ts");
    return watchList(input, looking, chosen, order);
  }
  const snapshot = await takeSnapshot(input, looking);
  const world = new World(snapshot);
  const shown = order(world, snapshot.namespaces.filter(readFilters(input, world)));
  if (input.has("json")) {
    const { taken, gaps } = snapshot;
    const namespaces = rowsJson(world, shown, chosen ?? COLUMNS);
    print(safeJson({ format: "nsbox-ls", version: 1, taken, namespaces, gaps }));
  } else printList(input, world, shown, chosen);
  const gaps = gapsNote(snapshot.gaps);
  if (gaps !== undefined) await note(gaps);
  return 0;
}

function printList(
  input: Parsed,
  world: World,
  shown: readonly Namespace[],
  chosen: ReturnType<typeof readColumns>,
): void {
  const { headings, rows, style } = tableOf(world, shown, chosen, isColored(1) ? kindPainter(1) : undefined);
  printTable(input.has("no-headings") ? [] : headings, rows, style);
}
