/** A snapshot with ways to find things in it quickly, and the words for them. */
import { KINDS, type KindName } from "../../ns/kinds.ts";
import type { Container, Holder, Namespace, Process, Snapshot } from "../../ns/model.ts";
import { titleOf } from "./find.ts";

/** A snapshot that is looked things up in. */
export class World {
  readonly snapshot: Snapshot;
  readonly #namespaces: ReadonlyMap<number, Namespace>;
  readonly #processes: ReadonlyMap<number, Process>;

  constructor(snapshot: Snapshot) {
    this.snapshot = snapshot;
    this.#namespaces = new Map(snapshot.namespaces.map((namespace) => [namespace.id, namespace]));
    this.#processes = new Map(snapshot.processes.map((process) => [process.pid, process]));
  }

  /** The namespace with that id. */
  namespace(id: number | null): Namespace | undefined {
    return id === null ? undefined : this.#namespaces.get(id);
  }

  /** The process with that PID. */
  process(pid: number | null): Process | undefined {
    return pid === null ? undefined : this.#processes.get(pid);
  }

  /** The oldest of the topmost processes in a namespace. */
  leader({ leader }: Namespace): Process | undefined {
    return this.process(leader);
  }

  /** The container that a namespace belongs to: that of its leader, or of who holds it open. */
  container(namespace: Namespace): Container | undefined {
    const { container = null } = this.leader(namespace) ?? this.#holder(namespace) ?? {};
    return container === null ? undefined : this.snapshot.containers[container];
  }

  /** The name of an account; undefined where it has none here. */
  user(uid: number | null): string | undefined {
    const { users } = this.snapshot.host;
    return uid !== null && Object.hasOwn(users, uid) ? users[uid] : undefined;
  }

  /** `net:[4026531840]`, also of one that is not in the snapshot. */
  title(id: number): string {
    const found = this.namespace(id);
    return found === undefined ? `[${id}]` : titleOf(found);
  }

  #holder({ holders }: Namespace): Process | undefined {
    for (const holder of holders) if (holder.by !== "mount") return this.process(holder.pid);
    return undefined;
  }
}

/** No process and no thread is in it: something else keeps it alive. */
export const isOrphan = ({ processes, holders }: Namespace): boolean =>
  processes.length === 0 && !holders.some(({ by }) => by === "thread");

/**
 * What people call a process: the last part of its first word, without the dash of a login shell; a kernel
 * thread in brackets.
 */
export function nameOf({ name, command, kernel }: Process): string {
  if (kernel) return `[${name}]`;
  const [first = ""] = command?.[0]?.split(" ") ?? [];
  return first.slice(first.lastIndexOf("/") + 1).replace(/^-/, "") || name;
}

/** All words of a process; in brackets the kernel's name for one that has none. */
export const commandOf = ({ command, name }: Process): string | null =>
  command === null ? null : command.length > 0 ? command.join(" ") : `[${name}]`;

/** `docker/web`: engine and name, or what else is known of it. */
export const labelOf = ({ engine, name, id }: Container): string => {
  const own = name ?? id?.slice(0, 12);
  return own === undefined ? engine : `${engine}/${own}`;
};

/** One holder in words. */
function holderWords(holder: Holder): string {
  switch (holder.by) {
    case "thread":
      return `thread ${holder.tid} of ${holder.pid} "${holder.name}"`;
    case "children":
      return `for children of ${holder.pid} "${holder.name}"`;
    case "mount":
      return `mount ${holder.path}`;
    case "descriptor":
    case "socket":
      return `${holder.by} ${holder.fd} of ${holder.pid} "${holder.name}"`;
  }
}

const HOLDERS: readonly Holder["by"][] = ["thread", "mount", "children", "descriptor", "socket"];

/** What holds a namespace, each in words: what was made to keep it goes before what happens to have it open. */
export const holdersOf = ({ holders }: Namespace): string[] =>
  holders.toSorted((a, b) => HOLDERS.indexOf(a.by) - HOLDERS.indexOf(b.by)).map(holderWords);

/** What keeps a namespace alive besides processes, each in words: holders, then children and owned ones. */
export const keepers = (world: World, namespace: Namespace): string[] => [
  ...holdersOf(namespace),
  ...namespace.children.map((id) => `parent of ${world.title(id)}`),
  ...namespace.owned.map((id) => `owner of ${world.title(id)}`),
];

const RANK: ReadonlyMap<KindName, number> = new Map(KINDS.map(({ name }, index) => [name, index]));

/** The place of a kind in the table of kinds. */
export const rankOf = (kind: KindName): number => RANK.get(kind) ?? KINDS.length;
