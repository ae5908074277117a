/** A part of a snapshot: what was asked for, and the owners and parents above it. */
import type { KindName } from "../../ns/kinds.ts";
import type { Namespace, Snapshot } from "../../ns/model.ts";

/** What is asked for. What is left out asks for everything. */
export interface Wanted {
  readonly kinds?: ReadonlySet<KindName>;
  /** Only those without a process. */
  readonly orphans?: boolean;
  /** Only those that belong to this user: `Namespace.uid`. */
  readonly uid?: number;
  /** Only those that a process of this container is in, by the PID of its first process. */
  readonly container?: number;
  /** With the parents of what is found, not only its owners. */
  readonly parents?: boolean;
  /** Only these ids. */
  readonly ids?: ReadonlySet<number>;
}

/** `snapshot` with what is `wanted` of it; itself where that is everything. */
export function narrow(snapshot: Snapshot, wanted: Wanted): Snapshot {
  const { kinds, orphans = false, uid, container, parents = false, ids } = wanted;
  const inside = container === undefined ? undefined : idsIn(snapshot, container);
  const isWanted = ({ id, kind, processes, uid: of }: Namespace): boolean =>
    (kinds?.has(kind) ?? true) &&
    (!orphans || processes.length === 0) &&
    (uid === undefined || of === uid) &&
    (inside?.has(id) ?? true) &&
    (ids?.has(id) ?? true);
  const found = snapshot.namespaces.filter(isWanted);
  if (found.length === snapshot.namespaces.length) return snapshot;
  const byId = new Map(snapshot.namespaces.map((namespace) => [namespace.id, namespace]));
  const kept = new Set<number>();
  const keep = (id: number | null): void => {
    for (let at = byId.get(id ?? 0); at !== undefined && !kept.has(at.id); at = byId.get(at.owner ?? 0)) {
      kept.add(at.id);
    }
  };
  for (const { id, parent } of found) {
    keep(id);
    if (parents) keep(parent);
  }
  return { ...snapshot, namespaces: snapshot.namespaces.filter(({ id }) => kept.has(id)) };
}

/** The namespaces of a container: those that its processes are in and the machine's first are not. */
function idsIn({ processes, namespaces, containers }: Snapshot, pid: number): Set<number> {
  const container = containers.findIndex((one) => one.pid === pid);
  const initial = new Set(namespaces.flatMap(({ id, initial: first }) => (first ? [id] : [])));
  const own = processes.filter((process) => process.container === container);
  const all = own.flatMap((process) => Object.values(process.namespaces));
  return new Set(all.filter((id) => !initial.has(id)));
}
