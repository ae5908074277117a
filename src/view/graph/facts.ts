/** A snapshot with look-up tables beside it, and what can be said of its things in a few words. */
import type { Container, Holder, Namespace, Process, Snapshot } from "../../ns/model.ts";

/** What every picture asks for. */
export interface Facts {
  readonly snapshot: Snapshot;
  readonly namespaces: ReadonlyMap<number, Namespace>;
  readonly processes: ReadonlyMap<number, Process>;
  /** How many processes are in each container, by its index; null is none. */
  readonly members: ReadonlyMap<number | null, number>;
}

/** The tables of `snapshot`. */
export function factsOf(snapshot: Snapshot): Facts {
  const members = new Map<number | null, number>();
  for (const { container } of snapshot.processes) members.set(container, (members.get(container) ?? 0) + 1);
  return {
    snapshot,
    namespaces: new Map(snapshot.namespaces.map((namespace) => [namespace.id, namespace])),
    processes: new Map(snapshot.processes.map((process) => [process.pid, process])),
    members,
  };
}

/** How a namespace is written everywhere: `net:[4026531840]`. */
export const titleOf = ({ kind, id }: Pick<Namespace, "kind" | "id">): string => `${kind}:[${id}]`;

/** `nginx (1234)`. A kernel thread stands in brackets. */
export function processWords({ processes }: Facts, pid: number): string {
  const process = processes.get(pid);
  if (process === undefined) return `? (${pid})`;
  return process.kernel ? `[${process.name}] (${pid})` : `${process.name} (${pid})`;
}

/** `root (0)`; "?" where it is not known. */
export function userWords({ snapshot }: Facts, uid: number | null): string {
  if (uid === null) return "?";
  const name = snapshot.host.users[String(uid)];
  return name === undefined ? `uid ${uid}` : `${name} (${uid})`;
}

/** `podman web`. */
export const containerWords = ({ engine, name, id, pid }: Container): string =>
  `${engine} ${name ?? id?.slice(0, 12) ?? `PID ${pid}`}`;

/** The container that the leader of a namespace is in. */
export function containerOf({ snapshot, processes }: Facts, { leader }: Namespace): Container | undefined {
  const index = leader === null ? null : (processes.get(leader)?.container ?? null);
  return index === null ? undefined : snapshot.containers[index];
}

/** One word for each way of being held. */
const HOLDER_WORDS: Readonly<Record<Holder["by"], string>> = {
  mount: "bind",
  descriptor: "fd",
  socket: "socket",
  thread: "thread",
  children: "children",
};

/** What one holder is: `bind mount at /run/netns/a`. */
export function holderWords(holder: Holder): string {
  switch (holder.by) {
    case "mount":
      return `bind mount at ${holder.path}, in mnt:[${holder.namespace}]`;
    case "descriptor":
      return `descriptor ${holder.fd} of ${holder.name} (${holder.pid})`;
    case "socket":
      return `socket, descriptor ${holder.fd} of ${holder.name} (${holder.pid})`;
    case "thread":
      return `thread ${holder.name} (${holder.tid}) of process ${holder.pid}`;
    case "children":
      return `for the children of ${holder.name} (${holder.pid})`;
  }
}

/** What names a namespace best: its leader, else a thread, a bind mount, a descriptor; "" for none of them. */
export function labelOf(facts: Facts, namespace: Namespace): string {
  if (namespace.leader !== null) return processWords(facts, namespace.leader);
  const by = (what: Holder["by"]) => namespace.holders.find((holder) => holder.by === what);
  const holder = by("thread") ?? by("mount") ?? by("descriptor") ?? by("socket") ?? by("children");
  if (holder === undefined) return "";
  return holder.by === "mount"
    ? holder.path
    : `${holder.name} (${holder.by === "thread" ? holder.tid : holder.pid})`;
}

/** Marks of a namespace: how it is held besides by processes, each word once. */
export function marksOf({ initial, processes, holders }: Namespace): string[] {
  const words = new Set(holders.map(({ by }) => HOLDER_WORDS[by]));
  return [...(initial ? ["initial"] : []), ...(processes.length === 0 ? ["no process"] : []), ...words];
}

const MANY = 6;

/** The first few of `items` in words, and how many more there are. */
function firstOf<T>(items: readonly T[], words: (item: T) => string): string {
  const shown = items.slice(0, MANY).map(words).join(", ");
  return items.length > MANY ? `${shown} and ${items.length - MANY} more` : shown;
}

/** How many, in words: `1 process`, `3 processes`. */
export const countWords = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

/** All that a tooltip says of a namespace, a line each. */
export function namespaceLines(facts: Facts, namespace: Namespace): string[] {
  const { owner, parent, uid, processes, holders, kind, initial } = namespace;
  const lines = [initial ? `${titleOf(namespace)}, initial` : titleOf(namespace)];
  if (kind === "user") lines.push(`made by ${userWords(facts, uid)}`);
  else lines.push(`owner: ${owner === null ? "?" : `user:[${owner}]`}, of ${userWords(facts, uid)}`);
  if (parent !== null) lines.push(`parent: ${kind}:[${parent}]`);
  const { length } = processes;
  const names = firstOf(processes, (pid) => processWords(facts, pid));
  lines.push(length === 0 ? "no process" : `${countWords(length, "process", "processes")}: ${names}`);
  const container = containerOf(facts, namespace);
  if (container !== undefined) lines.push(`container: ${containerWords(container)}`);
  if (holders.length > 0) lines.push(`held by ${firstOf(holders, holderWords)}`);
  return lines;
}
