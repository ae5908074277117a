/** `nsbox mounts`: the mounts that a process sees, those that are hidden from it, and where they propagate. */
import { posix } from "node:path";
import { ascii, unicode } from "../cli/charset.ts";
import type { Command, Parsed } from "../cli/command.ts";
import { JSON_FLAG } from "../cli/flags.ts";
import { type Outline, outlineLines } from "../cli/outline.ts";
import { print } from "../cli/print.ts";
import { printTable } from "../cli/table.ts";
import type { Mount, Process, Snapshot } from "../ns/model.ts";
import { isWithin, type MountNode, mountAt, mountTree, propagationIn } from "../ns/mount-tree.ts";
import { NsboxError, UsageError } from "../util/errors.ts";
import { safeJson, sanitize } from "../util/sanitize.ts";
import { findProcess } from "./looking/find.ts";
import { INPUT_FLAG, takeSnapshot } from "./looking/source.ts";
import { mountsOf } from "./worlds/known.ts";
import {
  hiddenWords,
  mountJson,
  optionWords,
  propagationLines,
  propagationWords,
  sourceWord,
} from "./worlds/mount-words.ts";
import { processWord } from "./worlds/words.ts";

/** `nsbox mounts`. */
export const command: Command = {
  name: "mounts",
  usage: "[OPTIONS] PID|NAME [PATH]",
  description: `Shows the mounts in the world of a process as a tree, paths counted from its own root. NAME is a container, which stands for its first process.

NOTE says which mounts no path leads to any more: "hidden in place" where another stands on its root, "hidden by" where one stands on a directory that leads to it. PROPAGATION has the numbers of the peer groups, see mount_namespaces(7), and how many mounts, in all mount namespaces that may be read, are in the same group or receive from it; with PATH, or "--json", each of them is named.

With PATH: what stands there, and why: the mounts passed on the way, the one found, what is hidden there, and all below. PATH is taken as it is written: symbolic links in it are not followed.`,
  flags: [
    { long: "flat", short: "f", help: "List them in the kernel's order, with their ids" },
    INPUT_FLAG,
    JSON_FLAG,
  ],
  positionals: "mixed",
  examples: [
    { line: "nsbox mounts $$", text: "The mounts that the shell sees." },
    {
      line: "nsbox mounts 1 /proc",
      text: "What stands at /proc for PID 1, what it hides, and what is below.",
    },
    {
      line: "nsbox mounts $$ --json",
      text: "The same for a program: `.mounts[] | select(.hidden)` are those that are hidden.",
    },
  ],
  elsewhere: {
    task: "The process is a word: nsbox mounts 1234",
    N: "The process is a word: nsbox mounts 1234",
    pid: "The process is a word: nsbox mounts 1234",
    p: "The process is a word: nsbox mounts 1234",
    list: "Write --flat, -f",
    l: "Write --flat, -f",
    J: "Write --json",
  },
  failure: 1,
  run,
};

/** What is enough to find a process. */
const LOOKING = { threads: false, descriptors: false, mounts: false };

async function run(input: Parsed): Promise<number> {
  const [who, typed, ...more] = input.rest;
  if (who === undefined) throw new UsageError("Missing a process", "nsbox mounts PID|NAME [PATH]");
  if (more.length > 0) throw new UsageError(`Too many words: "${more[0]}"`, "It takes one PATH");
  if (typed !== undefined && !typed.startsWith("/")) {
    throw new UsageError(
      `"${typed}" does not begin with "/"`,
      "PATH is counted from the root of the process",
    );
  }
  const path = typed === undefined ? undefined : posix.normalize(typed).replace(/(.)\/$/, "$1");
  const snapshot = await takeSnapshot(input, LOOKING);
  const process = findProcess(snapshot, who);
  const mounts = mountsOf(input, snapshot, process);
  if (mounts === null) throw unknown(input, process);
  // The tables of all others cost time, and count only where something propagates.
  const propagates = mounts.some(({ shared, master }) => shared !== null || master !== null);
  const isLive = !input.has("input");
  const wide = isLive && propagates ? await takeSnapshot(input, { ...LOOKING, mountTables: true }) : snapshot;
  const view = viewOf(wide, process, mounts, path);
  if (input.has("json")) print(safeJson(json(view)));
  else {
    if (view.found !== undefined) print(`${standsIn(view)}\n`);
    if (input.has("flat")) flat(view);
    else tree(view);
    if (view.found !== undefined) {
      const lines = propagationLines(view.propagationOf(view.found));
      if (lines.length > 0) print(`\n${lines.map(safe).join("\n")}`);
    }
  }
  return 0;
}

const safe = (text: string): string => (unicode() ? sanitize(text) : ascii(sanitize(text)));

/** What is shown. */
interface View {
  readonly process: Process;
  readonly path: string | undefined;
  readonly found: Mount | undefined;
  readonly byId: ReadonlyMap<number, Mount>;
  readonly forest: readonly MountNode[];
  readonly propagationOf: ReturnType<typeof propagationIn>;
  /** Without PATH all of them. */
  isShown(mount: Mount): boolean;
}

function viewOf(snapshot: Snapshot, process: Process, mounts: readonly Mount[], path?: string): View {
  const own = String(process.namespaces.mnt ?? "");
  return {
    process,
    path,
    found: path === undefined ? undefined : mountAt(mounts, path),
    byId: new Map(mounts.map((mount) => [mount.id, mount])),
    forest: mountTree(mounts),
    propagationOf: propagationIn({ ...snapshot.mounts, [own]: mounts }),
    isShown: ({ path: at }) => path === undefined || isWithin(path, at) || isWithin(at, path),
  };
}

function unknown(input: Parsed, process: Process): NsboxError {
  return new NsboxError(`The mounts of ${processWord(process)} are not known`, {
    cause: input.has("input")
      ? "the dump has no mounts of its mount namespace"
      : process.state === "Z"
        ? "it is a zombie and has none"
        : "it has ended, or its mounts may not be read",
    code: "not-known",
  });
}

/** `/proc/sys/kernel: in proc on /proc/sys (mount 45), read-only`. */
function standsIn({ path, found }: View): string {
  const at = found!;
  const where = at.path === path ? "is the mount" : `is in the mount on ${at.path},`;
  const frozen = at.options.includes("ro")
    ? ", read-only as a mount"
    : at.superOptions.includes("ro")
      ? ", read-only as a file system"
      : "";
  return safe(`${path} ${where} ${at.id}: ${at.type} ${sourceWord(at)}${frozen}`);
}

/** The nodes in the order in which they are drawn. */
function* nodesOf(forest: readonly MountNode[]): Generator<MountNode> {
  const pending = forest.toReversed();
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    yield node;
    pending.push(...node.children.toReversed());
  }
}

const HEADINGS = ["PATH", "TYPE", "SOURCE", "PROPAGATION", "NOTE", "OPTIONS"];
/** Which of them a narrow terminal keeps longest: the highest. */
const RANKS = [6, 4, 3, 2, 5, 1];

/** Where there is no room, a column that has nothing to say goes first. */
const ranksOf = (ranks: readonly number[], rows: readonly (readonly string[])[]): number[] =>
  ranks.map((rank, column) => (rows.every((row) => row[column] === "") ? rank - ranks.length : rank));

function cells({ mount, hidden }: MountNode, { byId, propagationOf, found }: View): string[] {
  const note = found?.id === mount.id ? "found" : hiddenWords(hidden, byId);
  const words = [
    ...[mount.type, sourceWord(mount), propagationWords(mount, propagationOf(mount))],
    ...[note, optionWords(mount)],
  ];
  return unicode() ? words : words.map(ascii);
}

function tree(view: View): void {
  const shown = [...nodesOf(view.forest)].filter(({ mount }) => view.isShown(mount));
  const outlines = new Map<number, Outline & { below: Outline[] }>();
  const roots: Outline[] = [];
  for (const { mount } of shown) {
    const one = { text: mount.path, below: [] };
    outlines.set(mount.id, one);
    // What is mounted in one that is not shown stands at the edge.
    const parent = mount.parent === mount.id ? undefined : outlines.get(mount.parent);
    (parent?.below ?? roots).push(one);
  }
  const lines = outlineLines(roots);
  const rows = shown.map((node, at) => [lines[at]!, ...cells(node, view)]);
  printTable(HEADINGS, rows, { ranks: ranksOf(RANKS, rows) });
}

function flat(view: View): void {
  const nodes = new Map([...nodesOf(view.forest)].map((node) => [node.mount.id, node]));
  const rows = [...view.byId.values()]
    .filter((mount) => view.isShown(mount) && nodes.has(mount.id))
    .map((mount) => [
      ...[String(mount.id), String(mount.parent), mount.path],
      ...cells(nodes.get(mount.id)!, view),
    ]);
  printTable(["ID", "PARENT", ...HEADINGS], rows, { ranks: ranksOf([8, 7, ...RANKS], rows) });
}

function json({ process, path, found, forest, propagationOf, isShown }: View) {
  const mounts = [...nodesOf(forest)]
    .filter(({ mount }) => isShown(mount))
    .map(({ mount, hidden }) => mountJson(mount, hidden, propagationOf(mount)));
  return {
    process: { pid: process.pid, name: process.name },
    namespace: process.namespaces.mnt ?? null,
    path: path ?? null,
    found: found?.id ?? null,
    mounts,
  };
}
