/** The processes of a container that runs, see proc_pid_status(5) and proc_pid_stat(5). */
import { readFileSync } from "node:fs";
import { scanNamespaces } from "../../sys/helper.ts";
import { isAlive } from "./process.ts";
import type { Status } from "./status.ts";

/** One process. */
export interface ContainerProcess {
  /** As the host numbers it. */
  readonly pid: number;
  /** As its own PID namespace does. */
  readonly inside: number;
  readonly ppid: number;
  /** Effective user, as the host numbers it. */
  readonly uid: number;
  /** One letter: R, S, D, T, Z, …. */
  readonly state: string;
  /** Processor time in seconds. */
  readonly seconds: number;
  readonly command: string;
}

const TICKS = 100; // USER_HZ, the same on both architectures
const UTIME_BEHIND_NAME = 11;

const textOf = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

/**
 * The processes in the PID namespace of the container's first process, and all that descend from that: also
 * those in namespaces below. Where the PID namespace is the host's, the latter alone.
 */
export function processesOf({ pid: first, monitor }: Status): ContainerProcess[] {
  if (!isAlive(first)) return [];
  const links = scanNamespaces(["pid"]);
  const inodeOf = (pid: number) => links.find((link) => link.pid === pid)?.inode;
  const own = inodeOf(first.pid);
  const isShared = own === undefined || own === inodeOf(process.pid);
  const parents = new Map<number, number>();
  for (const { pid } of links) parents.set(pid, parentOf(pid));
  // Without a PID namespace the monitor adopts what lost its parent.
  const roots = isShared ? [first.pid, monitor.pid] : [first.pid];
  const descends = (pid: number): boolean => {
    for (let at: number | undefined = pid; at; at = parents.get(at)) if (roots.includes(at)) return true;
    return false;
  };
  const members = links.filter(
    ({ pid, inode }) => ((!isShared && inode === own) || descends(pid)) && pid !== monitor.pid,
  );
  return members.flatMap(({ pid }) => processAt(pid) ?? []).sort((a, b) => a.inside - b.inside);
}

const statOf = (pid: number): string[] => {
  const stat = textOf(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
};

const parentOf = (pid: number): number => Number(statOf(pid)[1] ?? 0);

function processAt(pid: number): ContainerProcess | undefined {
  const status = textOf(`/proc/${pid}/status`);
  const field = (key: string): string[] =>
    (status.match(new RegExp(`^${key}:\\s*(.*)$`, "m"))?.[1] ?? "").split(/\s+/);
  const stat = statOf(pid);
  if (status === "" || stat.length < UTIME_BEHIND_NAME + 2) return undefined;
  const words = textOf(`/proc/${pid}/cmdline`).split("\0").join(" ").trimEnd();
  return {
    pid,
    inside: Number(field("NSpid").at(-1)) || pid,
    ppid: Number(stat[1]),
    uid: Number(field("Uid")[1]),
    state: stat[0] ?? "?",
    seconds: (Number(stat[UTIME_BEHIND_NAME]) + Number(stat[UTIME_BEHIND_NAME + 1])) / TICKS,
    command: words || `[${status.match(/^Name:\t(.*)$/m)?.[1] ?? ""}]`,
  };
}
