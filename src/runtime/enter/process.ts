/** A process as /proc tells of it: who it is, what confines it, what it is in. See proc_pid_status(5). */
import { readFileSync, readlinkSync, statSync } from "node:fs";
import { KINDS, type KindName } from "../../ns/kinds.ts";
import { ALL_CAPABILITIES } from "../../sys/capabilities.ts";

/** What its status says. Ids are those of the caller's user namespace. */
export interface ProcessStatus {
  readonly parent: number;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  /** Sets, see `src/sys/capabilities.ts`; they hold in its own user namespace. */
  readonly bounding: number;
  readonly permitted: number;
  readonly ambient: number;
  readonly noNewPrivs: boolean;
  /** How many system call filters it has. */
  readonly filters: number;
}

/** A text of /proc/PID; undefined where there is no such process, or it may not be read. */
export function procText(pid: number | "self", file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return undefined;
  }
}

/** The status of process `pid`; undefined where there is none. */
export function statusOf(pid: number | "self"): ProcessStatus | undefined {
  const text = procText(pid, "status");
  if (text === undefined) return undefined;
  const words = (key: string): string[] =>
    (new RegExp(`^${key}:[ \t]*(.*)$`, "m").exec(text)?.[1] ?? "").split(/\s+/).filter((word) => word !== "");
  const set = (key: string): number => Number(BigInt(`0x${words(key)[0] ?? "0"}`) & BigInt(ALL_CAPABILITIES));
  return {
    parent: Number(words("PPid")[0]),
    // In effect: the second of four.
    uid: Number(words("Uid")[1]),
    gid: Number(words("Gid")[1]),
    groups: words("Groups").map(Number),
    bounding: set("CapBnd"),
    permitted: set("CapPrm"),
    ambient: set("CapAmb"),
    noNewPrivs: words("NoNewPrivs")[0] === "1",
    filters: Number(words("Seccomp_filters")[0] ?? "0"),
  };
}

/** A namespace of a process, as `mnt:[4026531841]`; undefined where that may not be looked at. */
export function namespaceOf(pid: number | "self", kind: KindName): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`);
  } catch {
    return undefined;
  }
}

/** The kinds in which two processes are apart. */
export const kindsApart = (pid: number, other: number | "self"): KindName[] =>
  KINDS.map(({ name }) => name).filter((name) => namespaceOf(pid, name) !== namespaceOf(other, name));

/** Both processes have the same root, in the same mount namespace. */
export function sameRoot(pid: number, other: number | "self"): boolean {
  const root = (of: number | "self") => statSync(`/proc/${of}/root`, { throwIfNoEntry: false });
  const [a, b] = [root(pid), root(other)];
  return a !== undefined && a.ino === b?.ino && a.dev === b.dev;
}

/** Its badness for the out-of-memory killer, where it is not the caller's own: see proc_pid_oom_score_adj(5). */
export function otherOomScore(pid: number): number | undefined {
  const [score, own] = ([pid, "self"] as const).map((who) => procText(who, "oom_score_adj")?.trim());
  return score === undefined || score === "" || score === own ? undefined : Number(score);
}
