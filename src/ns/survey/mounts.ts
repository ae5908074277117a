/**
 * The bind mounts of namespaces, in every mount namespace: their mount tables show them with a root such as
 * "net:[4026531840]", see proc_pid_mountinfo(5).
 */
import { closeSync, constants, openSync, readFileSync, readlinkSync } from "node:fs";
import { openIn } from "../../sys/open-in.ts";
import { KINDS, type KindName } from "../kinds.ts";
import type { Mount } from "../model.ts";
import { isWithin } from "../mount-tree.ts";
import { parseMountinfo } from "../mountinfo.ts";
import type { Found } from "./found.ts";
import { learn } from "./learn.ts";

/** Not in node's constants: the same on all architectures. */
const O_PATH = 0o10000000;
/** How many processes of a mount namespace are asked before one is taken whose root is not its root. */
const TRIES = 8;

/** Where a mount namespace is seen from: its table, and a descriptor of its root. */
interface View {
  readonly table: string;
  readonly root: number;
  /** The process's root is that of the namespace: mountinfo leaves out what lies outside it. */
  readonly whole: boolean;
}

/** File systems that a server behind them may hold up for as long as it likes. */
const WAITS = /^(?:fuse|nfs|cifs|smb|9p|autofs|ceph|afs|coda|orangefs|lustre)/;

/**
 * Looks for bind mounts in all mount namespaces known so far, and in those that they lead to. With `keep` it
 * returns their mount tables by id.
 */
export function lookAtMounts(found: Found, keep: boolean): Record<string, readonly Mount[]> {
  const tables: Record<string, readonly Mount[]> = {};
  const tasks = tasksByMounts(found);
  const done = new Set<number>();
  for (;;) {
    const todo = [...found.namespaces.values()].filter(({ id, kind }) => kind === "mnt" && !done.has(id));
    if (todo.length === 0) return tables;
    for (const { id } of todo) {
      done.add(id);
      const view = viewOf(id, tasks.get(id) ?? []);
      if (view === undefined || !view.whole) found.mounts++;
      if (view === undefined) continue;
      try {
        if (keep || view.table.includes(" - nsfs ")) tables[id] = record(found, id, view);
      } finally {
        closeSync(view.root);
      }
    }
    if (!keep) for (const id of Object.keys(tables)) delete tables[id];
  }
}

/** Mount namespace to directories under /proc of the tasks in it, those of processes first. */
function tasksByMounts(found: Found): Map<number, string[]> {
  const tasks = new Map<number, string[]>();
  const add = (id: number | undefined, task: string) => {
    if (id === undefined) return;
    const list = tasks.get(id);
    if (list === undefined) tasks.set(id, [task]);
    else if (list.length < TRIES) list.push(task);
  };
  for (const { pid, namespaces } of found.processes) add(namespaces.mnt, `/proc/${pid}`);
  for (const { pid, strays } of found.processes) {
    for (const { tid, namespaces } of strays) add(namespaces.mnt, `/proc/${pid}/task/${tid}`);
  }
  return tasks;
}

/** The best view that one of `tasks` has of mount namespace `id`. */
function viewOf(id: number, tasks: readonly string[]): View | undefined {
  let partial: View | undefined;
  for (const task of tasks) {
    const view = viewFrom(id, task);
    if (view === undefined) continue;
    if (partial !== undefined) closeSync(partial.root);
    if (view.whole) return view;
    partial = view;
  }
  return partial;
}

function viewFrom(id: number, task: string): View | undefined {
  const opened: number[] = [];
  const open = (path: string, flags: number): number => {
    const fd = openSync(path, flags);
    opened.push(fd);
    return fd;
  };
  let root: number | undefined;
  try {
    // All by one descriptor: should the process end, no other one can take its place.
    const here = `/proc/self/fd/${open(task, O_PATH | constants.O_DIRECTORY)}`;
    const table = open(`${here}/mountinfo`, constants.O_RDONLY);
    root = openSync(`${here}/root`, O_PATH | constants.O_DIRECTORY);
    const whole = readlinkSync(`${here}/root`) === "/";
    if (readlinkSync(`${here}/ns/mnt`) !== `mnt:[${id}]`) throw new Error("it is in another now");
    return { table: readFileSync(table, "utf8"), root, whole };
  } catch {
    if (root !== undefined) closeSync(root);
    return undefined;
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}

/** Records the holders in a mount table, and returns it. */
function record(found: Found, namespace: number, { table, root }: View): Mount[] {
  const mounts = parseMountinfo(table);
  for (const { type, root: shown, path } of mounts) {
    const [, name, digits] = /^(\w+):\[(\d+)\]$/.exec(shown) ?? [];
    const kind = KINDS.find((row) => row.name === name)?.name;
    if (type !== "nsfs" || kind === undefined) continue;
    const id = Number(digits);
    if (!found.namespaces.has(id)) meet(found, { id, kind, path, root, mounts });
    found.holders.push({ id, holder: { by: "mount", namespace, path } });
  }
  return mounts;
}

interface Meeting {
  readonly id: number;
  readonly kind: KindName;
  readonly path: string;
  readonly root: number;
  readonly mounts: readonly Mount[];
}

/** Learns of a namespace that only a mount shows; of one that cannot be reached by it just that it is there. */
function meet(found: Found, { id, kind, path, root, mounts }: Meeting): void {
  const waits = mounts.some((mount) => WAITS.test(mount.type) && isWithin(path, mount.path));
  const fd = openIn(root, path, !waits);
  if (fd >= 0) {
    learn(found, fd);
    closeSync(fd);
  }
  if (found.namespaces.has(id)) return;
  const unknown = { serial: null, owner: null, uid: null, parent: null, refused: true };
  found.namespaces.set(id, { id, kind, ...unknown });
}
