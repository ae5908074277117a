/** Differences as text: a heading a section, a line a difference. */
import { ascii, unicode } from "../../cli/charset.ts";
import { isTerminal, painter } from "../../cli/color.ts";
import { sanitize } from "../../cli/sanitize.ts";
import { tableLines } from "../../cli/table.ts";
import type { Row, Section, Value } from "../../ns/diff/rows.ts";
import type { Process, Snapshot } from "../../ns/model.ts";
import { capabilityWords, processWord, userWord } from "./words.ts";

/** All that `nsbox diff` prints. */
export function diffText(
  snapshot: Snapshot,
  left: Process,
  right: Process,
  sections: readonly Section[],
): string {
  const shown = sections.filter(({ rows }) => rows.length > 0);
  const [a, b] = [processWord(left), processWord(right)];
  if (shown.length === 0) return safe(`${a} and ${b} do not differ in anything that can be read`);
  const width = isTerminal(1) ? process.stdout.columns || undefined : undefined;
  const paint = painter(1);
  // One table, so that the columns of all sections stand below each other.
  const rows: string[][] = [];
  const heads = new Set<number>();
  for (const { name, title, rows: all } of shown) {
    heads.add(rows.length + 1);
    rows.push([title]);
    for (const row of all)
      rows.push([`  ${row.name}${mark(row)}`, ...cellsOf(snapshot, name, row)].map(safe));
  }
  return tableLines(["", safe(a), safe(b)], rows, width === undefined ? {} : { width })
    .map((line, at) => (at === 0 || heads.has(at) ? paint("heading", line) : line))
    .join("\n");
}

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
