/** THE table of columns of `nsbox ls`. Headings, `-o`, `--sort`, the help, JSON members and docs derive from it. */
import type { Namespace } from "../../ns/model.ts";
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

const leaderOf = (world: World, namespace: Namespace) => world.leader(namespace);

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
    help: "How many processes are in it",
    type: "number",
    rank: 5,
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
  {
    name: "user",
    help: "The user of that process",
    type: "string",
    nullable: "-",
    rank: 4,
    value: (world, namespace) => {
      const { uid = null } = leaderOf(world, namespace) ?? {};
      return uid === null ? null : (world.user(uid) ?? String(uid));
    },
    text: (world, namespace) => {
      const leader = leaderOf(world, namespace);
      if (leader === undefined) return null;
      return leader.uid === null ? "?" : (world.user(leader.uid) ?? String(leader.uid));
    },
  },
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
    rank: 2,
    value: (_, { holders }) => holders.map((holder) => ({ ...holder })),
    text: (world, namespace) => {
      const [first, ...more] =
        namespace.holders.length > 0 || isOrphan(namespace) ? keepers(world, namespace) : [];
      if (first === undefined) return isOrphan(namespace) && !namespace.initial ? "?" : null;
      return more.length > 0 ? `${first} +${more.length}` : first;
    },
  },
  {
    name: "command",
    help: "The command of that process",
    type: "string",
    nullable: "-",
    rank: 6,
    value: (world, namespace) => {
      const leader = leaderOf(world, namespace);
      return leader === undefined ? null : commandOf(leader);
    },
    text: (world, namespace) => {
      const leader = leaderOf(world, namespace);
      // Its name is known even where its words are not.
      return leader === undefined ? null : (commandOf(leader) ?? `[${leader.name}]`);
    },
  },
  {
    name: "name",
    help: "The name of that process",
    type: "string",
    nullable: "-",
    value: (world, namespace) => {
      const leader = leaderOf(world, namespace);
      return leader === undefined ? null : nameOf(leader);
    },
  },
  {
    name: "ppid",
    help: "The parent of that process",
    type: "number",
    nullable: "-",
    value: (world, namespace) => leaderOf(world, namespace)?.ppid ?? null,
  },
  {
    name: "uid",
    help: "The user of that process, as a number",
    type: "number",
    nullable: "?",
    value: (world, namespace) => leaderOf(world, namespace)?.uid ?? null,
  },
  {
    name: "inside",
    help: "The PID of that process in its own PID namespace",
    type: "number",
    nullable: "-",
    value: (world, namespace) => leaderOf(world, namespace)?.pids.at(-1) ?? null,
  },
  {
    name: "state",
    help: "The state of that process, as ps(1) shows it",
    type: "string",
    nullable: "-",
    value: (world, namespace) => leaderOf(world, namespace)?.state ?? null,
  },
  {
    name: "cgroup",
    help: "The cgroup of that process",
    type: "string",
    nullable: "?",
    value: (world, namespace) => leaderOf(world, namespace)?.cgroup ?? null,
  },
  {
    name: "frozen",
    help: "Whether that cgroup is frozen",
    type: "boolean",
    nullable: "?",
    value: (world, namespace) => leaderOf(world, namespace)?.frozen ?? null,
  },
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
    value: (world, { uid }) => (uid === null ? null : (world.user(uid) ?? String(uid))),
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
    help: "Where it is mounted",
    type: "array",
    value: (_, { holders }) => holders.flatMap((holder) => (holder.by === "mount" ? holder.path : [])),
  },
  {
    name: "orphan",
    help: "Whether no process and no thread is in it",
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
  return typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
}

/** What a column is sorted by, in the order of its values; what has none goes last. */
export function comparer(column: Column, world: World): (a: Namespace, b: Namespace) => number {
  if (column.name === "kind") return (a, b) => rankOf(a.kind) - rankOf(b.kind);
  const keys = new Map<Namespace, number | string | null>();
  const keyOf = (namespace: Namespace) => {
    const known = keys.get(namespace);
    if (known !== undefined) return known;
    const value = column.value(world, namespace);
    const key =
      value === null || typeof value === "number" || typeof value === "string"
        ? value
        : Array.isArray(value)
          ? value.length
          : typeof value === "boolean"
            ? Number(value)
            : cellOf(column, world, namespace);
    keys.set(namespace, key);
    return key;
  };
  return (a, b) => {
    const [left, right] = [keyOf(a), keyOf(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return left < right ? -1 : left > right ? 1 : 0;
  };
}
