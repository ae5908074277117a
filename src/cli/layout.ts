/** Text laid out for a terminal of a certain width: paragraphs, and rows of a term and its meaning. */
import { isTerminal, type Paint } from "./color.ts";

/** Where the meanings begin, counted from the left edge. */
const COLUMN = 30;

const NARROWEST = 60;
const WIDEST = 100;
const USUAL = 80;

/** Columns to use: the terminal's, within reason, or 80 where none is told. */
export function widthOf(stream: 1 | 2): number {
  const columns = isTerminal(stream) ? (stream === 1 ? process.stdout : process.stderr).columns : undefined;
  return Math.min(Math.max(columns || USUAL, NARROWEST), WIDEST);
}

/** `text` wrapped to `width` with every line moved right by `indent`. */
export function fill(text: string, width: number, indent: number): string {
  const margin = " ".repeat(indent);
  return Bun.wrapAnsi(text, width - indent)
    .split("\n")
    .map((line) => margin + line.trimEnd())
    .join("\n");
}

/** Paragraphs parted by empty lines. One that begins with a space is left as it stands. */
export const paragraphs = (text: string): string[] => text.split(/\n{2,}/).filter((part) => part !== "");

/** All paragraphs of `text` filled, the ones that stand as they are moved right only. */
export const fillAll = (text: string, width: number, indent: number): string =>
  paragraphs(text)
    .map((part) =>
      part.startsWith(" ")
        ? part.replace(/^/gm, " ".repeat(indent))
        : fill(part.replaceAll("\n", " "), width, indent),
    )
    .join("\n\n");

/** `  term      meaning`, the meaning wrapped in its own column, and below the term where that is too long. */
export function row(term: string, meaning: string, width: number, paint: Paint): string {
  const length = Bun.stringWidth(term) + 2;
  const painted = `  ${paint("term", term)}`;
  const text = fill(meaning, width, COLUMN);
  return length <= COLUMN - 2 ? painted + text.slice(length) : `${painted}\n${text}`;
}
