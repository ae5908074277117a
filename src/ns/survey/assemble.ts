/** Puts what was found in relation: who is in what, what belongs to whom, who leads. */
import { KINDS, type KindName } from "../kinds.ts";
import type { Holder, Namespace } from "../model.ts";
import type { Found, FoundNamespace, FoundProcess } from "./found.ts";

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

/** Who is in a namespace. */
interface Members {
  readonly pids: number[];
  /** The oldest of the topmost: those whose parent is in another. Ties by PID. */
  leader: FoundProcess | undefined;
}

/** Members of each namespace. `processes` are sorted by PID. */
function membersOf(processes: readonly FoundProcess[]): Map<number, Members> {
  const members = new Map<number, Members>();
  const byPid = new Map(processes.map((one) => [one.pid, one]));
  for (const one of processes) {
    const own = one.namespaces;
    const above = byPid.get(one.ppid)?.namespaces;
    for (const { name } of KINDS) {
      const id = own[name];
      if (id === undefined) continue;
      const inside = members.get(id) ?? { pids: [], leader: undefined };
      if (inside.pids.length === 0) members.set(id, inside);
      inside.pids.push(one.pid);
      const isTop = above === undefined || (above !== own && above[name] !== id);
      if (isTop && (inside.leader === undefined || one.start < inside.leader.start)) inside.leader = one;
    }
  }
  return members;
}

const push = <V>(map: Map<number, V[]>, key: number, value: V): void => {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
};

/** Owner and parent, unless their ids are those of other namespaces by now. */
function aboveOf({ namespaces }: Found, { kind, owner, parent }: FoundNamespace) {
  const isKind = (id: number | null, is: KindName) => id !== null && namespaces.get(id)?.kind === is;
  return { owner: isKind(owner, "user") ? owner : null, parent: isKind(parent, kind) ? parent : null };
}

/** The namespaces of a snapshot, sorted by id. */
export function assemble(found: Found): Namespace[] {
  const members = membersOf(found.processes);
  const holders = new Map<number, Holder[]>();
  for (const { id, holder } of found.holders) push(holders, id, holder);
  const children = new Map<number, number[]>();
  const owned = new Map<number, number[]>();
  const sorted = [...found.namespaces.values()].sort((a, b) => a.id - b.id);
  for (const one of sorted) {
    const { id, kind } = one;
    const { owner, parent } = aboveOf(found, one);
    if (parent !== null) push(children, parent, id);
    if (owner !== null && kind !== "user") push(owned, owner, id);
  }
  const initial = initialIds(found.processes);
  return sorted.map((one) => {
    const { id, kind, serial, uid } = one;
    const { owner, parent } = aboveOf(found, one);
    const inside = members.get(id);
    return {
      id,
      kind,
      device: found.device,
      serial,
      initial: initial(id),
      owner,
      // Of others it is the owner's: see `Namespace.uid`.
      uid: kind === "user" ? uid : (found.namespaces.get(owner ?? 0)?.uid ?? null),
      parent,
      children: children.get(id) ?? [],
      owned: owned.get(id) ?? [],
      processes: inside?.pids ?? [],
      leader: inside === undefined ? null : (inside.leader?.pid ?? inside.pids[0]!),
      holders: holders.get(id) ?? [],
    };
  });
}
