/** Every namespace of this machine, at this moment. */
import { readDetails } from "./details.ts";
import { recognise } from "./engines/recognise.ts";
import { KINDS } from "./kinds.ts";
import { FORMAT, type Process, type Snapshot } from "./model.ts";
import { assemble } from "./survey/assemble.ts";
import { gapsOf } from "./survey/gaps.ts";
import { hostOf, ownNamespaces, viewerOf } from "./survey/host.ts";
import { look } from "./survey/look.ts";
import { lookAtMounts } from "./survey/mounts.ts";

/** What to look at. Each part costs time; those that are on by default are what a complete list needs. */
export interface Looking {
  /** Threads in other namespaces than their process. Default true. */
  readonly threads?: boolean;
  /** Bind mounts in every mount namespace. Default true. */
  readonly mounts?: boolean;
  /** Open descriptors and sockets. Default true. */
  readonly descriptors?: boolean;
  /** `Process.details`. Default false. */
  readonly details?: boolean;
  /** `Snapshot.mounts`. Default false. */
  readonly mountTables?: boolean;
}

/**
 * Looks at the machine through /proc and ioctl_ns(2). Nothing is changed by it, and what may not be read is
 * counted in `gaps`.
 * @throws Error where there is no /proc.
 */
export function discover(looking: Looking = {}): Snapshot {
  const { threads = true, mounts = true, descriptors = true, details = false, mountTables = false } = looking;
  const begin = new Date().toISOString();
  const own = ownNamespaces();
  const found = look({ threads, descriptors, mounts: mounts && !mountTables });
  const tables = mounts || mountTables ? lookAtMounts(found, mountTables) : {};
  const uids = new Set<number | null>(found.processes.map(({ uid }) => uid));
  for (const { uid } of found.namespaces.values()) uids.add(uid);
  const { containers, members } = recognise(found.processes);
  const processes = found.processes.map((one) => ({ ...one, container: members.get(one.pid) ?? null }));
  const viewer = viewerOf(own);
  return {
    format: FORMAT.name,
    version: FORMAT.version,
    taken: { begin, end: new Date().toISOString() },
    host: hostOf(uids),
    viewer,
    kinds: KINDS.map(({ name }) => name).filter((name) => own[name] !== undefined),
    namespaces: assemble(found),
    processes: details ? processes.map(withDetails) : processes,
    containers,
    gaps: gapsOf(found, viewer),
    ...(mountTables ? { mounts: tables } : {}),
  };
}

/** With what it may, unless it has ended meanwhile. */
function withDetails(one: Process): Process {
  const details = readDetails(one.pid);
  return details === null ? one : { ...one, details };
}
