/** The process that a word of the command line means, and what of it is to be entered. */
import { KINDS, type KindName } from "../../ns/kinds.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";
import { startOf } from "../containers/process.ts";
import { kindsApart, namespaceOf, procText, sameRoot, statusOf } from "./process.ts";

/** A container to be entered, by one of its processes. */
export interface Target {
  readonly pid: number;
  /** Clock ticks from boot to its start, field 22 of proc_pid_stat(5). */
  readonly start: number;
  /** In words: `process 123`. */
  readonly title: string;
  /** Kinds that are not the caller's own. */
  readonly kinds: readonly KindName[];
  /** Its root is another than the caller's. */
  readonly root: boolean;
}

/**
 * Looks at process `pid`; `begun`: when it has to have started, where that is known.
 * @throws NsboxError where there is none, it may not be looked at, or it is in no container.
 */
export function targetOf(pid: number, title = `process ${pid}`, begun?: number): Target {
  const start = startOf(pid);
  if (start === undefined || (begun !== undefined && start !== begun)) {
    throw new NsboxError(`Cannot enter ${title}`, {
      cause:
        begun === undefined && procText(pid, "stat") === undefined
          ? "there is no such process"
          : "it has ended",
      code: "no-process",
    });
  }
  if (namespaceOf(pid, "mnt") === undefined) throw notPermitted(pid, title);
  const kinds = kindsApart(pid, "self");
  const root = kinds.includes("mnt") || !sameRoot(pid, "self");
  if (kinds.length === 0 && !root) {
    throw new NsboxError(`Cannot enter ${title}`, {
      cause: "it is in no container: all its namespaces, and its root, are those of nsbox itself",
      code: "no-container",
    });
  }
  return { pid, start, title, kinds, root };
}

/** The error for a process that the caller may not look into. */
export function notPermitted(pid: number, title: string): NsboxError {
  const owner = statusOf(pid)?.uid;
  const own = owner === process.geteuid!();
  return new NsboxError(`Cannot enter ${title}`, {
    cause: own
      ? "it may do more than you, or lets nobody look into it"
      : `it is that of user ${owner}, and you are user ${process.geteuid!()}`,
    ...(own || process.geteuid!() === 0 ? {} : { hint: "Enter it as that user, or as root" }),
    code: "not-permitted",
    errno: "EACCES",
  });
}

/**
 * The kinds to enter where some were named: an ordinary user's rights come from the user namespace, so that one
 * is always among them.
 */
export function pickKinds(target: Target, named: readonly KindName[]): Target {
  if (named.length === 0) return target;
  const wanted = [...named, ...(process.geteuid!() === 0 ? [] : ["user"])];
  const kinds = KINDS.map(({ name }) => name).filter(
    (name) => wanted.includes(name) && target.kinds.includes(name),
  );
  const root = target.root && wanted.includes("mnt");
  // A process of the container would find the caller's root at /proc/PID/root.
  if (kinds.includes("pid") && target.root && !root) {
    throw new UsageError(
      "Without its mount namespace the PID namespace is not entered: whoever is root there would reach the host's files through the command",
      `--ns ${[...named, "mnt"].join()}`,
    );
  }
  return { ...target, kinds, root };
}

/** The rights over its mounts are not the caller's own, but come from the user namespace that owns them. */
export const foreignMounts = ({ kinds }: Target): boolean =>
  kinds.includes("user") && process.geteuid!() !== 0;
