/** Rows under headings, in columns. On a terminal they fit its width; elsewhere nothing is cut. */
import { isPlain, printable, unicode } from "./charset.ts";
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
  /** Print ASCII characters only. Default: where the locale has no others. */
  readonly ascii?: boolean;
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
export function cut(text: string, width: number, ascii = !unicode()): string {
  if (Bun.stringWidth(text) <= width) return text;
  const kept: string[] = [];
  let length = 1;
  for (const character of text) {
    length += Bun.stringWidth(character);
    if (length > width) break;
    kept.push(character);
  }
  return `${kept.join("")}${ascii ? "~" : "…"}`;
}

/** A row that is safe to print. */
interface Row {
  readonly texts: readonly string[];
  /** How wide each cell is; undefined where every character takes one column. */
  readonly lengths: readonly number[] | undefined;
}

/** Cells without a character that needs a second look are looked at together: a table may have thousands of rows. */
function measured(row: readonly string[], ascii: boolean): Row {
  if (isPlain(row.join(""))) return { texts: row, lengths: undefined };
  const texts = row.map((text) => printable(text, ascii));
  return { texts, lengths: texts.map((text) => Bun.stringWidth(text)) };
}

const lengthOf = ({ texts, lengths }: Row, column: number): number =>
  lengths === undefined ? (texts[column]?.length ?? 0) : (lengths[column] ?? 0);

/** The lines of a table; whatever a terminal would obey is printed as its code. Without headings: rows alone. */
export function tableLines(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  style: TableStyle = {},
): string[] {
  const { width = Number.POSITIVE_INFINITY, paint, right, ascii = !unicode() } = style;
  const safe = (headings.length === 0 ? rows : [headings, ...rows]).map((row) => measured(row, ascii));
  const first = headings.length === 0 ? 0 : -1;
  const natural: number[] = [];
  for (const row of safe) {
    for (let column = 0; column < row.texts.length; column++) {
      const length = lengthOf(row, column);
      if (!(natural[column]! >= length)) natural[column] = length;
    }
  }
  const columns = staying(natural, style);
  const widths = fitted(
    columns.map((column) => natural[column]!),
    width,
  );
  const line = (row: Row, index: number): string => {
    const cells: string[] = [];
    for (let at = 0; at < columns.length; at++) {
      const column = columns[at]!;
      const room = widths[at]!;
      let text = row.texts[column] ?? "";
      let length = lengthOf(row, column);
      if (length > room) {
        text = cut(text, room, ascii);
        length = Bun.stringWidth(text);
      }
      // What the terminal shows wider than it is long needs that much less to be filled up.
      const filled = room + text.length - length;
      const painted = paint === undefined ? text : paint(text, index, column);
      const wanted = filled + painted.length - text.length;
      cells.push(right?.has(column) ? painted.padStart(wanted) : painted.padEnd(wanted));
    }
    return cells.join(GAP).trimEnd();
  };
  return safe.map((row, index) => line(row, index + first));
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
  const lines = tableLines(headings, rows, width === undefined ? style : { ...style, width });
  if (lines.length === 0) return;
  if (headings.length > 0) lines[0] = painter(1)("heading", lines[0]!);
  print(lines.join("\n"));
}
