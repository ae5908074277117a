/** Rows under headings, in columns. On a terminal they fit its width; elsewhere nothing is cut. */
import { isTerminal, painter } from "./color.ts";
import { print } from "./print.ts";
import { sanitize } from "./sanitize.ts";

const GAP = "  ";
/** No column is cut below that many characters. */
const NARROWEST = 12;

const sum = (numbers: readonly number[]): number => numbers.reduce((left, right) => left + right, 0);

/** Takes from the last column, then from the widest, what does not fit into `width`. */
function fitted(widths: readonly number[], width: number): number[] {
  const fit = [...widths];
  let over = sum(fit) + GAP.length * (fit.length - 1) - width;
  const order = [
    fit.length - 1,
    ...fit
      .keys()
      .toArray()
      .slice(0, -1)
      .sort((a, b) => fit[b]! - fit[a]!),
  ];
  for (const column of order) {
    const cut = Math.max(0, Math.min(over, fit[column]! - NARROWEST));
    fit[column]! -= cut;
    over -= cut;
  }
  return fit;
}

function cell(text: string, width: number): string {
  let length = Bun.stringWidth(text);
  if (length <= width) return text + " ".repeat(width - length);
  const kept: string[] = [];
  length = 1;
  for (const character of text) {
    length += Bun.stringWidth(character);
    if (length > width) break;
    kept.push(character);
  }
  return `${kept.join("")}…`;
}

/** The lines of a table for `width` columns; whatever a terminal would obey is printed as its code. */
export function tableLines(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  width = Number.POSITIVE_INFINITY,
): string[] {
  const safe = [headings, ...rows.map((row) => row.map(sanitize))];
  const natural = headings.map((_, column) =>
    Math.max(...safe.map((row) => Bun.stringWidth(row[column] ?? ""))),
  );
  const widths = fitted(natural, width);
  return safe.map((row) =>
    row
      .map((text, column) => cell(text, widths[column]!))
      .join(GAP)
      .trimEnd(),
  );
}

/** Prints the table. */
export function printTable(headings: readonly string[], rows: readonly (readonly string[])[]): void {
  const width = isTerminal(1) ? process.stdout.columns || undefined : undefined;
  const [first = "", ...lines] = tableLines(headings, rows, width);
  print([painter(1)("heading", first), ...lines].join("\n"));
}
