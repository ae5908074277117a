/** THE table of columns of `nsbox ls`. Headings, `-o`, `--sort`, the help, JSON members and docs derive from it. */
import type { Namespace, Process } from "../../ns/model.ts";
import { commandOf, isOrphan, keepers, labelOf, nameOf, rankOf, type World } from "./world.ts";

/** What a cell may hold, as JSON. */
export type Value = number | string | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** One column. */
export interface Column {
  /** Its name in lower case: the member's name in JSON. The heading is the same in capitals. */
  readonly name: string;
  /** One line for the help. */
  readonly help: string;
  /** What its JSON is; null besides where `nullable`. */
  readonly type: "number" | "string" | "boolean" | "object" | "array";
  /** `-`: null says that there is none; `?`: that it is not known. */
  readonly nullable?: "-" | "?";
  /** In the table without `-o`: the higher, the longer it stays where there is no room. */
  readonly rank?: number;
  /** The value for JSON and for sorting. */
  readonly value: (world: World, namespace: Namespace) => Value;
  /** The cell, where it is not simply the value. */
  readonly text?: (world: World, namespace: Namespace) => string | null;
}

/** A column on the leader: `-` where there is none, `?` where that fact of it is not known. */
function ofLeader(
  name: string,
  help: string,
  type: Column["type"],
  pick: (process: Process, world: World) => Value,
  more: Pick<Column, "rank"> & { readonly shown?: (process: Process) => string } = {},
): Column {
  const { shown, ...rest } = more;
  const value: Column["value"] = (world, namespace) => {
    const leader = world.leader(namespace);
    return leader === undefined ? null : pick(leader, world);
  };
  const text: Column["text"] = (world, namespace) => {
    const leader = world.leader(namespace);
    if (leader === undefined) return null;
    const picked = shown?.(leader) ?? pick(leader, world);
    return picked === null ? "?" : typeof picked === "boolean" ? yesOrNo(picked) : String(picked);
  };
  return { name, help, type, nullable: "-", ...rest, value, text };
}

const yesOrNo = (value: boolean): string => (value ? "yes" : "no");

const userOf = (world: World, uid: number | null): string | null =>
  uid === null ? null : (world.user(uid) ?? String(uid));

/** The columns, in the order in which help lists them. */
export const COLUMNS: readonly Column[] = [
  { name: "ns", help: "Its id: the inode number", type: "number", rank: 9, value: (_, { id }) => id },
  {
    name: "kind",
    help: "Its kind, as under /proc/PID/ns",
    type: "string",
    rank: 8,
    value: (_, { kind }) => kind,
  },
  {
    name: "processes",
    help: "How many processes are seen in it",
    type: "number",
    rank: 4,
    value: (_, { processes }) => processes.length,
  },
  {
    name: "pid",
    help: "The oldest of its topmost processes",
    type: "number",
    nullable: "-",
    rank: 7,
    value: (_, { leader }) => leader,
  },
  ofLeader("user", "The user of that process", "string", ({ uid }, world) => userOf(world, uid), { rank: 2 }),
  {
    name: "container",
    help: "The container that it belongs to",
    type: "object",
    nullable: "-",
    rank: 3,
    value: (world, namespace) => {
      const container = world.container(namespace);
      if (container === undefined) return null;
      const { engine, id, name, group } = container;
      return { engine, id, name, group };
    },
    text: (world, namespace) => {
      const container = world.container(namespace);
      return container === undefined ? null : labelOf(container);
    },
  },
  {
    name: "holder",
    help: "What keeps it alive besides processes in it",
    type: "array",
    rank: 5,
    value: (_, { holders }) => holders.map((holder) => ({ ...holder })),
    text: (world, namespace) => {
      const [first, ...more] =
        namespace.holders.length > 0 || isOrphan(namespace) ? keepers(world, namespace) : [];
      if (first === undefined) return isOrphan(namespace) && !namespace.initial ? "?" : null;
      return more.length > 0 ? `${first} +${more.length}` : first;
    },
  },
  ofLeader("command", "The command of that process", "string", commandOf, {
    rank: 6,
    // Its name is known even where its words are not.
    shown: (process) => commandOf(process) ?? `[${process.name}]`,
  }),
  ofLeader("name", "The name of that process", "string", nameOf),
  ofLeader("ppid", "The parent of that process", "number", ({ ppid }) => ppid),
  ofLeader("uid", "The user of that process, as a number", "number", ({ uid }) => uid),
  ofLeader(
    "inside",
    "The PID of that process in its own PID namespace",
    "number",
    ({ pids }) => pids.at(-1) ?? null,
  ),
  ofLeader("state", "The state of that process, as ps(1) shows it", "string", ({ state }) => state),
  ofLeader("cgroup", "The cgroup of that process", "string", ({ cgroup }) => cgroup),
  ofLeader("frozen", "Whether that cgroup is frozen", "boolean", ({ frozen }) => frozen),
  {
    name: "owner",
    help: "The user namespace that owns it; of a user namespace its parent",
    type: "number",
    nullable: "?",
    value: (_, { owner }) => owner,
  },
  {
    name: "creator",
    help: "Who made its owner; of a user namespace, who made it",
    type: "string",
    nullable: "?",
    value: (world, { uid }) => userOf(world, uid),
  },
  {
    name: "parent",
    help: "Its parent (user and PID namespaces have one)",
    type: "number",
    nullable: "-",
    value: (_, { parent }) => parent,
    text: (_, { parent, kind, initial }) =>
      parent === null ? ((kind === "user" || kind === "pid") && !initial ? "?" : null) : String(parent),
  },
  {
    name: "children",
    help: "Those it is the parent of",
    type: "array",
    value: (_, { children }) => children,
  },
  {
    name: "owned",
    help: "Those it owns",
    type: "array",
    value: (_, { owned }) => owned,
  },
  {
    name: "mounts",
    help: "On which paths it is mounted",
    type: "array",
    // Copies of a mount namespace have it on the same path: the holders tell them apart.
    value: (_, { holders }) => [
      ...new Set(holders.flatMap((holder) => (holder.by === "mount" ? holder.path : []))),
    ],
  },
  {
    name: "orphan",
    help: "Whether no process and no thread is seen in it",
    type: "boolean",
    value: (_, namespace) => isOrphan(namespace),
  },
  {
    name: "initial",
    help: "Whether it was made with the kernel",
    type: "boolean",
    value: (_, { initial }) => initial,
  },
  {
    name: "serial",
    help: "A number that no other namespace ever has (Linux 6.18)",
    type: "number",
    nullable: "?",
    value: (_, { serial }) => serial,
  },
];

/** The heading of a column. */
export const headingOf = ({ name }: Column): string => name.toUpperCase();

/** A cell of the table, not yet safe to print. */
export function cellOf(column: Column, world: World, namespace: Namespace): string {
  if (column.text !== undefined) return column.text(world, namespace) ?? "-";
  const value = column.value(world, namespace);
  if (value === null) return column.nullable ?? "-";
  if (Array.isArray(value)) return value.length === 0 ? "-" : value.join(",");
  return typeof value === "boolean" ? yesOrNo(value) : String(value);
}

/** The order by a column; what has no value there goes last, reversed or not. */
export function comparer(
  column: Column,
  world: World,
  reversed: boolean,
): (a: Namespace, b: Namespace) => number {
  const keys = new Map<Namespace, number | string | null>();
  const keyOf = (namespace: Namespace) => {
    let key = keys.get(namespace);
    if (key === undefined) {
      key = sortKey(column, world, namespace);
      keys.set(namespace, key);
    }
    return key;
  };
  const sign = reversed ? -1 : 1;
  return (a, b) => {
    const [left, right] = [keyOf(a), keyOf(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return left === right ? 0 : left < right ? -sign : sign;
  };
}

function sortKey(column: Column, world: World, namespace: Namespace): number | string | null {
  if (column.name === "kind") return rankOf(namespace.kind);
  const value = column.value(world, namespace);
  if (value === null || typeof value === "number" || typeof value === "string") return value;
  if (Array.isArray(value)) return value.length;
  return typeof value === "boolean" ? Number(value) : cellOf(column, world, namespace);
}
