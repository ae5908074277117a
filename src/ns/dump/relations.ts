/** What the parts of a snapshot say of each other, checked; and what follows from it, made anew. */
import { acyclic } from "../forest/build.ts";
import { KINDS } from "../kinds.ts";
import type { Namespace, Process, Snapshot } from "../model.ts";
import { Fault } from "./check.ts";

/**
 * The snapshot in order: sorted, and with the lists that follow from relations (children, owned, members)
 * derived from these, so that they cannot contradict each other.
 * @throws Fault where an id names nothing, or something above itself.
 */
export function related(snapshot: Snapshot): Snapshot {
  const byId = unique(snapshot.namespaces, ({ id }) => id, "namespace");
  unique(snapshot.processes, ({ pid }) => pid, "process");
  for (const namespace of snapshot.namespaces) checkNamespace(namespace, byId, snapshot);
  for (const process of snapshot.processes) checkProcess(process, byId, snapshot);
  checkIds(snapshot.viewer.namespaces, "viewer", byId);
  for (const id of Object.keys(snapshot.mounts ?? {})) expect(byId, Number(id), "mnt", "mounts");
  checkCycles(snapshot, byId);
  const processes = [...snapshot.processes].sort((a, b) => a.pid - b.pid);
  return {
    ...snapshot,
    kinds: KINDS.map(({ name }) => name).filter((name) => snapshot.kinds.includes(name)),
    namespaces: derived(snapshot.namespaces, processes),
    processes,
  };
}

type ById = ReadonlyMap<number, Namespace>;

function unique<T>(things: readonly T[], keyOf: (thing: T) => number, what: string): Map<number, T> {
  const found = new Map<number, T>();
  for (const thing of things) {
    const key = keyOf(thing);
    if (found.has(key)) throw new Fault(`${what} ${key} stands there twice`);
    found.set(key, thing);
  }
  return found;
}

/** @throws Fault unless `id` is one of that kind. */
function expect(byId: ById, id: number, kind: string, where: string): void {
  const found = byId.get(id);
  if (found === undefined) throw new Fault(`${where} names namespace ${id}, which is not there`);
  if (found.kind !== kind)
    throw new Fault(`${where} names namespace ${id} as ${kind}, but it is of the kind ${found.kind}`);
}

function checkNamespace(namespace: Namespace, byId: ById, { kinds }: Snapshot): void {
  const { id, kind, owner, parent, holders } = namespace;
  const where = `namespace ${id}`;
  if (!kinds.includes(kind)) throw new Fault(`${where} is of the kind ${kind}, which "kinds" lacks`);
  if (owner !== null) expect(byId, owner, "user", `the owner of ${where}`);
  if (parent !== null) {
    if (kind !== "user" && kind !== "pid")
      throw new Fault(`${where} has a parent, but is of the kind ${kind}`);
    expect(byId, parent, kind, `the parent of ${where}`);
  }
  for (const holder of holders) {
    if (holder.by === "mount") expect(byId, holder.namespace, "mnt", `a mount of ${where}`);
  }
}

function checkIds(ids: Process["namespaces"], where: string, byId: ById): void {
  for (const { name } of KINDS) {
    const id = ids[name];
    if (id !== undefined) expect(byId, id, name, where);
  }
}

function checkProcess(process: Process, byId: ById, { containers }: Snapshot): void {
  const { pid, namespaces, strays, container } = process;
  const where = `process ${pid}`;
  checkIds(namespaces, where, byId);
  for (const stray of strays) checkIds(stray.namespaces, `thread ${stray.tid}`, byId);
  if (container !== null && containers[container] === undefined) {
    throw new Fault(`${where} is in container ${container}, which is not there`);
  }
}

function checkCycles({ namespaces, containers }: Snapshot, byId: ById): void {
  for (const relation of ["parent", "owner"] as const) {
    const above = (id: number) => byId.get(id)?.[relation] ?? undefined;
    const cut = acyclic(byId.keys(), above);
    const looped = namespaces.find(({ id }) => above(id) !== cut(id));
    if (looped !== undefined) throw new Fault(`namespace ${looped.id} is above itself, by its ${relation}`);
  }
  const within = (index: number) => containers[index]?.within ?? undefined;
  const cut = acyclic(containers.keys(), within);
  for (const index of containers.keys()) {
    const outer = within(index);
    if (outer !== undefined && containers[outer] === undefined) {
      throw new Fault(`container ${index} is within container ${outer}, which is not there`);
    }
    if (outer !== cut(index)) throw new Fault(`container ${index} is within itself`);
  }
}

function derived(namespaces: readonly Namespace[], processes: readonly Process[]): Namespace[] {
  const children = Map.groupBy(namespaces, ({ parent }) => parent);
  const owned = Map.groupBy(
    namespaces.filter(({ kind }) => kind !== "user"),
    ({ owner }) => owner,
  );
  const members = new Map<number, number[]>(namespaces.map(({ id }) => [id, []]));
  for (const { pid, namespaces: ids } of processes) {
    for (const { name } of KINDS) members.get(ids[name] ?? 0)?.push(pid);
  }
  const idsOf = (found: readonly Namespace[] = []) => found.map(({ id }) => id).sort((a, b) => a - b);
  return namespaces
    .map((namespace) => {
      const inside = members.get(namespace.id)!;
      return {
        ...namespace,
        children: idsOf(children.get(namespace.id)),
        owned: idsOf(owned.get(namespace.id)),
        processes: inside,
        leader: leaderOf(namespace, inside),
      };
    })
    .sort((a, b) => a.id - b.id);
}

function leaderOf({ id, leader }: Namespace, inside: readonly number[]): number | null {
  if (leader === null || inside.includes(leader)) return leader;
  throw new Fault(`the leader of namespace ${id}, process ${leader}, is not in it`);
}
