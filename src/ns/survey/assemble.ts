/** Puts what was found in relation: who is in what, what belongs to whom, who leads. */
import { KINDS, type KindName } from "../kinds.ts";
import type { Holder, Namespace } from "../model.ts";
import type { Found, FoundProcess } from "./found.ts";

/** Inode numbers that the kernel gives to those it starts with, see include/uapi/linux/nsfs.h. */
const FIRST_INITIAL = 0xeffffff8;
const LAST_INITIAL = 0xefffffff;

const isInitialId = (id: number): boolean => id >= FIRST_INITIAL && id <= LAST_INITIAL;

/**
 * The ids of the initial namespaces. Before Linux 6.18 those of mnt and net are numbers like any other: then
 * they are those of PID 1, where its user and PID namespaces are initial.
 */
function initialIds(processes: readonly FoundProcess[]): (id: number) => boolean {
  const { user, pid, mnt, net } = processes.find((one) => one.pid === 1)?.namespaces ?? {};
  const isHost = user !== undefined && pid !== undefined && isInitialId(user) && isInitialId(pid);
  return (id) => isInitialId(id) || (isHost && (id === mnt || id === net));
}

/** The oldest of the topmost: those whose parent is in another namespace. Ties by PID. */
function leaderOf(
  members: readonly FoundProcess[],
  kind: KindName,
  byPid: ReadonlyMap<number, FoundProcess>,
): number | null {
  let best: FoundProcess | undefined;
  for (const one of members) {
    if (byPid.get(one.ppid)?.namespaces[kind] === one.namespaces[kind]) continue;
    if (best === undefined || one.start < best.start || (one.start === best.start && one.pid < best.pid))
      best = one;
  }
  return (best ?? members[0])?.pid ?? null;
}

const push = <K, V>(map: Map<K, V[]>, key: K, value: V): void => {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
};

/** The namespaces of a snapshot, sorted by id. */
export function assemble(found: Found): Namespace[] {
  const byPid = new Map(found.processes.map((one) => [one.pid, one]));
  const members = new Map<number, FoundProcess[]>();
  for (const one of found.processes) {
    for (const { name } of KINDS) {
      const id = one.namespaces[name];
      if (id !== undefined) push(members, id, one);
    }
  }
  const holders = new Map<number, Holder[]>();
  for (const { id, holder } of found.holders) push(holders, id, holder);
  const children = new Map<number, number[]>();
  const owned = new Map<number, number[]>();
  const sorted = [...found.namespaces.values()].sort((a, b) => a.id - b.id);
  for (const { id, kind, owner, parent } of sorted) {
    if (parent !== null) push(children, parent, id);
    if (owner !== null && kind !== "user") push(owned, owner, id);
  }
  const initial = initialIds(found.processes);
  return sorted.map(({ refused: _, ...one }) => {
    const inside = members.get(one.id) ?? [];
    return {
      ...one,
      device: found.device,
      // Of others it is the owner's: see `Namespace.uid`.
      uid: one.kind === "user" ? one.uid : (found.namespaces.get(one.owner ?? 0)?.uid ?? null),
      initial: initial(one.id),
      children: children.get(one.id) ?? [],
      owned: owned.get(one.id) ?? [],
      processes: inside.map(({ pid }) => pid),
      leader: leaderOf(inside, one.kind, byPid),
      holders: holders.get(one.id) ?? [],
    };
  });
}
