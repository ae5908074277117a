/** PIDs of one process in several PID namespaces, see pid_namespaces(7). */
import type { Process, Snapshot } from "./model.ts";

/** The number of a process in one PID namespace. */
export interface Numbered {
  /** The id of the PID namespace; null where its number is known, but not which namespace it is. */
  readonly namespace: number | null;
  readonly pid: number;
}

/**
 * The PID of `process` in each PID namespace that sees it, from the viewer's down to its own. A process has
 * a number in its own PID namespace and in all above; those above the viewer's are not told.
 */
export function numbersOf(snapshot: Snapshot, process: Process): Numbered[] {
  const parents = parentsOf(snapshot);
  const namespaces: (number | null)[] = [];
  let at: number | null = process.namespaces.pid ?? null;
  for (let left = process.pids.length; left > 0; left--) {
    namespaces.push(at);
    at = at === null ? null : (parents.get(at) ?? null);
  }
  // The first is the viewer's: what its own PID is counted in.
  if (namespaces.length > 0) namespaces[namespaces.length - 1] ??= snapshot.viewer.namespaces.pid ?? null;
  return process.pids.map((pid, index) => ({ pid, namespace: namespaces[process.pids.length - 1 - index]! }));
}

const parentsOf = (snapshot: Snapshot): Map<number, number | null> =>
  new Map(snapshot.namespaces.filter(({ kind }) => kind === "pid").map(({ id, parent }) => [id, parent]));

/** The PID of `process` in PID namespace `namespace`; undefined where it has none there, or that is not known. */
export const pidIn = (snapshot: Snapshot, process: Process, namespace: number): number | undefined =>
  numbersOf(snapshot, process).find((one) => one.namespace === namespace)?.pid;

/** The process that PID namespace `namespace` calls `pid`. */
export const processCalled = (snapshot: Snapshot, namespace: number, pid: number): Process | undefined =>
  snapshot.processes.find(
    (process) => process.pids.includes(pid) && pidIn(snapshot, process, namespace) === pid,
  );
