/** Where a mount namespace can be seen from: a task in it whose root is its root, or else a visit. */
import { closeSync, constants, openSync, readFileSync, readlinkSync } from "node:fs";
import { identityOf, openNamespace } from "../../sys/nsfs.ts";
import { visitMounts } from "../../sys/visit.ts";
import type { Found } from "./found.ts";

/** Not in node's constants: the same on all architectures. */
const O_PATH = 0o10000000;
/** How many tasks are asked before one is taken whose root is not that of the namespace. */
const TRIES = 8;

/** A mount namespace's table, and a descriptor of its root that the taker closes. */
export interface View {
  readonly table: string;
  readonly root: number;
  /** A process's table leaves out what lies outside its root. */
  readonly whole: boolean;
}

/** Mount namespace to directories under /proc of tasks in it, those of processes first. */
export function tasksByMounts(found: Found): Map<number, string[]> {
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

/**
 * The best view of mount namespace `id`. `tasks` are directories of tasks in it, `paths` lead to the
 * namespace itself.
 */
export function viewOf(id: number, tasks: readonly string[], paths: readonly string[]): View | undefined {
  let partial: View | undefined;
  for (const task of tasks) {
    const view = viewFrom(id, task);
    if (view?.whole) {
      if (partial !== undefined) closeSync(partial.root);
      return view;
    }
    if (view !== undefined && partial !== undefined) closeSync(view.root);
    else partial ??= view;
  }
  for (const path of [...paths, ...tasks.map((task) => `${task}/ns/mnt`)]) {
    const view = visited(id, path);
    if (view === undefined) continue;
    if (partial !== undefined) closeSync(partial.root);
    return view;
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
    if (readlinkSync(`${here}/ns/mnt`) !== `mnt:[${id}]`) throw new Error("it is in another by now");
    return { table: readFileSync(table, "utf8"), root, whole };
  } catch {
    if (root !== undefined) closeSync(root);
    return undefined;
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}

function visited(id: number, path: string): View | undefined {
  const mnt = openNamespace(path);
  if (mnt < 0) return undefined;
  try {
    // Its link may show the path of a bind mount instead.
    const identity = identityOf(mnt);
    if (typeof identity === "number" || identity.inode !== id) return undefined;
    const visit = visitMounts(mnt);
    if (typeof visit === "number") return undefined;
    try {
      return { table: readFileSync(visit.table, "utf8"), root: visit.root, whole: true };
    } finally {
      closeSync(visit.table);
    }
  } finally {
    closeSync(mnt);
  }
}
