/** Rows under headings, in columns. On a terminal they fit its width; elsewhere nothing is cut. */
import { printable, unicode } from "./charset.ts";
import { isTerminal, painter } from "./color.ts";
import { print } from "./print.ts";

const GAP = "  ";
/** No column is cut below that many characters as long as another way is left. */
const NARROWEST = 12;
const NARROWER = 4;

const sum = (numbers: readonly number[]): number => numbers.reduce((left, right) => left + right, 0);

/** How a table is laid out. */
export interface TableStyle {
  /** Lines get no longer than that. Default: as long as they need. */
  readonly width?: number;
  /** Puts a cell that has its width into its colour; the headings are row -1. */
  readonly paint?: (text: string, row: number, column: number) => string;
  /** Columns that are set to the right, by their indexes. */
  readonly right?: ReadonlySet<number>;
  /** Where there is no room, columns are left out, that with the lowest rank first. */
  readonly ranks?: readonly number[];
}

/** What columns of these widths take in all. */
const total = (widths: readonly number[]): number => sum(widths) + GAP.length * (widths.length - 1);

/** Takes from the last column, then from the widest, what does not fit into `width`. */
function fitted(widths: readonly number[], width: number): number[] {
  const fit = [...widths];
  const last = fit.length - 1;
  const order = [last, ...[...fit.keys()].slice(0, -1).sort((a, b) => fit[b]! - fit[a]!)];
  for (const narrowest of [NARROWEST, NARROWER]) {
    let over = total(fit) - width;
    for (const column of order) {
      const cut = Math.max(0, Math.min(over, fit[column]! - narrowest));
      fit[column]! -= cut;
      over -= cut;
    }
  }
  return fit;
}

/** The columns that stay: all, or so many that none need be cut below what can be read. */
function staying(widths: readonly number[], { width, ranks }: TableStyle): number[] {
  let columns = [...widths.keys()];
  const least = (narrowest: number) => total(columns.map((column) => Math.min(widths[column]!, narrowest)));
  const drop = (which: number) => {
    columns = columns.filter((column) => column !== which);
  };
  if (width === undefined) return columns;
  while (ranks !== undefined && columns.length > 1 && least(NARROWEST) > width) {
    drop(columns.reduce((low, column) => (ranks[column]! < ranks[low]! ? column : low)));
  }
  while (columns.length > 1 && least(NARROWER) > width) drop(columns.at(-1)!);
  return columns;
}

/** `text` cut to `width` columns of a terminal, with a mark where something is missing. */
export function cut(text: string, width: number): string {
  if (Bun.stringWidth(text) <= width) return text;
  const kept: string[] = [];
  let length = 1;
  for (const character of text) {
    length += Bun.stringWidth(character);
    if (length > width) break;
    kept.push(character);
  }
  return `${kept.join("")}${unicode() ? "…" : "~"}`;
}

/** The lines of a table; whatever a terminal would obey is printed as its code. Without headings: rows alone. */
export function tableLines(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  style: TableStyle = {},
): string[] {
  const { width = Number.POSITIVE_INFINITY, paint = (text) => text, right } = style;
  const safe = [headings, ...rows.map((row) => row.map(printable))];
  const lengths = safe.map((row) => row.map((text) => Bun.stringWidth(text)));
  const natural: number[] = [];
  for (const row of lengths) {
    for (const [column, length] of row.entries()) natural[column] = Math.max(natural[column] ?? 0, length);
  }
  const columns = staying(natural, style);
  const widths = fitted(
    columns.map((column) => natural[column]!),
    width,
  );
  const line = (row: readonly string[], index: number): string => {
    const cells = columns.map((column, at) => {
      const room = widths[at]!;
      const whole = row[column] ?? "";
      const length = lengths[index + 1]![column] ?? 0;
      const text = length <= room ? whole : cut(whole, room);
      const space = " ".repeat(Math.max(0, room - (text === whole ? length : Bun.stringWidth(text))));
      if (right?.has(column)) return space + paint(text, index, column);
      return paint(text, index, column) + (at === columns.length - 1 ? "" : space);
    });
    return cells.join(GAP).trimEnd();
  };
  const lines = safe.slice(1).map((row, index) => line(row, index));
  return headings.length === 0 ? lines : [line(headings, -1), ...lines];
}

/** How many columns the terminal at standard output has; undefined where it is none, or does not tell. */
export const terminalWidth = (): number | undefined =>
  isTerminal(1) ? process.stdout.columns || undefined : undefined;

/** Prints the table. */
export function printTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  style: TableStyle = {},
): void {
  const width = terminalWidth();
  const heading = painter(1);
  const { paint = (text: string) => text } = style;
  const lines = tableLines(headings, rows, {
    ...style,
    ...(width === undefined ? {} : { width }),
    paint: (text, row, column) => (row < 0 ? heading("heading", text) : paint(text, row, column)),
  });
  if (lines.length > 0) print(lines.join("\n"));
}
