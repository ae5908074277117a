/** Differences as text: a heading a section, a line a difference. */
import { ascii, unicode } from "../../cli/charset.ts";
import { isTerminal, painter } from "../../cli/color.ts";
import { fill, widthOf } from "../../cli/layout.ts";
import type { Row, Section, Value } from "../../ns/diff/rows.ts";
import type { Process, Snapshot } from "../../ns/model.ts";
import { sanitize } from "../../util/sanitize.ts";
import { capabilityWords, processWord, userWord } from "./words.ts";

/** All that `nsbox diff` prints; `unknown` is what is known of neither side. */
export function diffText(
  snapshot: Snapshot,
  left: Process,
  right: Process,
  sections: readonly Section[],
  unknown: readonly string[],
): string {
  const shown = sections.filter(({ rows }) => rows.length > 0);
  const [a, b] = [processWord(left), processWord(right)];
  const notKnown =
    unknown.length === 0 ? [] : [fill(safe(`Known of neither: ${unknown.join("; ")}`), widthOf(1), 0)];
  if (shown.length === 0) {
    return [safe(`${a} and ${b} do not differ in anything that can be read`), ...notKnown].join("\n");
  }
  const width = (isTerminal(1) && process.stdout.columns) || Number.POSITIVE_INFINITY;
  const rows = shown.map(({ name, title, rows: all }) => ({
    title,
    cells: all.map((row) => [`  ${row.name}${mark(row)}`, ...cellsOf(snapshot, name, row)].map(safe)),
  }));
  const layout = layoutOf([["", a, b], ...rows.flatMap(({ cells }) => cells)], width);
  const paint = painter(1);
  return [
    paint("heading", layout(["", safe(a), safe(b)])),
    ...rows.flatMap(({ title, cells }) => [paint("heading", title), ...cells.map(layout)]),
    ...notKnown,
  ].join("\n");
}

const GAP = 2;
const WIDEST_NAME = 22;

/** Three columns; what does not fit into its column stands below its name, wrapped: "<" left, ">" right. */
function layoutOf(rows: readonly (readonly string[])[], width: number): (row: readonly string[]) => string {
  const widest = (column: number, most: number) =>
    rows.reduce((max, row) => Math.max(max, Math.min(Bun.stringWidth(row[column] ?? ""), most)), 0);
  const name = widest(0, width === Number.POSITIVE_INFINITY ? width : WIDEST_NAME);
  const half = Math.floor((width - name - 2 * GAP) / 2);
  const left = widest(1, half);
  const pad = (text: string, to: number) => text + " ".repeat(Math.max(to - Bun.stringWidth(text), 0));
  return ([title = "", a = "", b = ""]) => {
    const fits = [title, a, b].every((text, at) => Bun.stringWidth(text) <= [name, left, half][at]!);
    if (fits) return `${pad(title, name + GAP)}${pad(a, left + GAP)}${b}`.trimEnd();
    const side = (sign: string, text: string) =>
      fill(text, Math.max(width, NARROWEST), INDENT + 2).replace(/^ {6}/, `${" ".repeat(INDENT)}${sign} `);
    return [title, side("<", a), side(">", b)].filter((line) => line !== "").join("\n");
  };
}

const INDENT = 4;
const NARROWEST = 20;

const safe = (text: string): string => (unicode() ? sanitize(text) : ascii(sanitize(text)));

/** With `--all` it has to be seen which are the same. */
const mark = ({ same }: Row): string => (same === true ? " =" : "");

function cellsOf(snapshot: Snapshot, section: string, { name, left, right }: Row): [string, string] {
  if (Array.isArray(left) && Array.isArray(right)) {
    if (section === "capabilities") return [capabilityWords(left), capabilityWords(right)];
    return [setWords(left, right), setWords(right, left)];
  }
  const kind = (value: Value): string => {
    if (section === "namespaces" && typeof value === "number") return `${name}:[${value}]`;
    if (/^uid \(/.test(name) && typeof value === "number")
      return `${value} ${userName(snapshot, value)}`.trim();
    return word(value);
  };
  return [kind(left), kind(right)];
}

function userName(snapshot: Snapshot, uid: number): string {
  const name = userWord(snapshot, uid);
  return name === String(uid) ? "" : name;
}

/** Of a set only what the other does not have. */
function setWords(own: readonly unknown[], other: readonly unknown[]): string {
  const more = own.filter((each) => !other.includes(each));
  return more.length === 0 ? (own.length === 0 ? "none" : "nothing more") : more.join(", ");
}

function word(value: Value): string {
  if (value === null) return "?";
  if (value === undefined) return "-";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return Array.isArray(value) ? value.join(", ") : String(value);
}
