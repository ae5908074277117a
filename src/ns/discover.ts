/** Every namespace of this machine, at this moment. */
import { recognise } from "./engines/recognise.ts";
import { KINDS } from "./kinds.ts";
import { FORMAT, type Snapshot } from "./model.ts";
import { assemble, finish } from "./survey/assemble.ts";
import { hostOf, viewerOf } from "./survey/host.ts";
import { idsAt, look } from "./survey/slow.ts";

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
export function discover({ threads = true, mounts = true, descriptors = true }: Looking = {}): Snapshot {
  const begin = new Date().toISOString();
  const own = idsAt("/proc/self/ns");
  const found = look({ threads, mounts, descriptors });
  const uids = new Set<number>();
  for (const { uid } of found.processes) if (uid !== null) uids.add(uid);
  for (const { uid } of found.namespaces.values()) if (uid !== null) uids.add(uid);
  const relations = [...found.namespaces.values()].filter(
    ({ refused, kind }) => refused && kind !== "user",
  ).length;
  const processes = finish(found);
  const { containers, members } = recognise(processes);
  return {
    format: FORMAT.name,
    version: FORMAT.version,
    taken: { begin, end: new Date().toISOString() },
    host: hostOf(uids),
    viewer: viewerOf(own),
    kinds: KINDS.map(({ name }) => name).filter((name) => own[name] !== undefined),
    namespaces: assemble(found),
    processes: processes.map((one) => ({ ...one, container: members.get(one.pid) ?? null })),
    containers,
    gaps: {
      processes: found.unreadable,
      relations,
      mounts: found.mounts,
      descriptors: found.descriptors,
      vanished: found.vanished,
      missing: [],
    },
  };
}
