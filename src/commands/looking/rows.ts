/** From namespaces to rows: which columns, in which order, as a table or as JSON. */
import { didYouMean, suggest } from "../../cli/suggest.ts";
import type { TableStyle } from "../../cli/table.ts";
import { KINDS } from "../../ns/kinds.ts";
import type { Namespace } from "../../ns/model.ts";
import { UsageError } from "../../util/errors.ts";
import { COLUMNS, type Column, cellOf, comparer, headingOf, type Value } from "./columns.ts";
import type { KindPaint } from "./paint.ts";
import type { World } from "./world.ts";

/** The columns without `-o`. */
export const USUAL = COLUMNS.filter(({ rank }) => rank !== undefined);

/** Puts namespaces into an order. */
export type Order = (world: World, namespaces: readonly Namespace[]) => Namespace[];

/** Columns of lsns(8) that are called otherwise here. */
const LSNS_COLUMNS: Readonly<Record<string, string>> = {
  type: "kind",
  nprocs: "processes",
  pns: "parent",
  ons: "owner",
  nsfs: "mounts",
};

function columnCalled(word: string, option: string): Column {
  const name = word.toLowerCase();
  const found = COLUMNS.find((column) => column.name === name);
  if (found !== undefined) return found;
  const names = COLUMNS.map((column) => column.name);
  const here = Object.hasOwn(LSNS_COLUMNS, name) ? LSNS_COLUMNS[name] : undefined;
  throw new UsageError(
    `Option "${option}" does not know the column "${word}"`,
    didYouMean(here === undefined ? suggest(name, names) : [here]) ?? `There are ${names.join(", ")}`,
  );
}

/** What `-o` asks for; undefined: nothing. @throws UsageError for an unknown column. */
export function readColumns(word: string | undefined): readonly Column[] | undefined {
  if (word === undefined) return undefined;
  if (word.toLowerCase() === "all") return COLUMNS;
  const added = word.startsWith("+");
  const columns = (added ? word.slice(1) : word).split(",").map((one) => columnCalled(one, "--output"));
  return [...new Set(added ? [...USUAL, ...columns] : columns)];
}

/** They come sorted by id. */
function byKind(_: World, namespaces: readonly Namespace[]): Namespace[] {
  const groups = Map.groupBy(namespaces, ({ kind }) => kind);
  return KINDS.flatMap(({ name }) => groups.get(name) ?? []);
}

/** What `--sort` asks for; by kind and id where it does not. @throws UsageError for an unknown column. */
export function readOrder(word: string | undefined): Order {
  if (word === undefined) return byKind;
  const reversed = word.startsWith("-");
  const column = columnCalled(reversed ? word.slice(1) : word.replace(/^\+/, ""), "--sort");
  // A snapshot is sorted by id, and what is equal stays as it is.
  return (world, namespaces) => [...namespaces].sort(comparer(column, world, reversed));
}

/** The rows as JSON has them. */
export const rowsJson = (world: World, namespaces: readonly Namespace[], columns: readonly Column[]) =>
  namespaces.map((namespace) => rowJson(world, namespace, columns));

/** One of them. */
export const rowJson = (
  world: World,
  namespace: Namespace,
  columns: readonly Column[],
): Readonly<Record<string, Value>> =>
  Object.fromEntries(columns.map((column) => [column.name, column.value(world, namespace)]));

/** The parts of a table; without `chosen` columns that there is no room for may be left out. */
export function tableOf(
  world: World,
  namespaces: readonly Namespace[],
  chosen: readonly Column[] | undefined,
  paint: KindPaint | undefined,
): { headings: string[]; rows: string[][]; style: TableStyle } {
  const columns = chosen ?? USUAL;
  const rows = namespaces.map((namespace) => columns.map((column) => cellOf(column, world, namespace)));
  const colored = new Set(
    columns.flatMap(({ name }, index) => (name === "kind" || name === "ns" ? index : [])),
  );
  const style: TableStyle = {
    right: new Set(columns.flatMap(({ type }, index) => (type === "number" ? index : []))),
    ...(paint === undefined
      ? {}
      : {
          paint: (text, row, column) =>
            row >= 0 && colored.has(column) ? paint(namespaces[row]!.kind, text) : text,
        }),
    ...(chosen === undefined ? { ranks: ranksOf(columns, rows) } : {}),
  };
  return { headings: columns.map(headingOf), rows, style };
}

/** A column that has nothing to say goes first. */
const ranksOf = (columns: readonly Column[], rows: readonly (readonly string[])[]): number[] =>
  columns.map(({ rank = 0 }, index) =>
    rows.every((row) => row[index] === "-") ? rank - columns.length : rank,
  );
