/** Text from outside in a picture: what it may hold, and how wide it is. Runs in the browser too. */
import { sanitize } from "../util/sanitize.ts";

/** Characters that XML has no form for, and those that have no width: they would hide or join names. */
const NO_XML = /[\ufffe\uffff\u00ad\u200b-\u200d\u2060-\u2065]/g;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** `text` on one line, controls and marks that turn its direction as their codes: safe in any format. */
export const plain = (text: string): string =>
  sanitize(text).replace(
    NO_XML,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** `text` as content or attribute of XML and HTML. */
export const escapeXml = (text: string): string =>
  plain(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");

/** Several lines as one text of XML, such as a tooltip. */
export const escapeLines = (lines: readonly string[]): string => lines.map(escapeXml).join("&#10;");

/** Wide characters take two columns of a monospaced font: CJK, Hangul, full width, pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f000}-\u{3fffd}]/u;

/** How many columns `text` takes in a monospaced font, about. */
export function columns(text: string): number {
  let sum = 0;
  for (const character of text) sum += WIDE.test(character) ? 2 : 1;
  return sum;
}

/** `text`, made plain, in at most `width` columns: what does not fit is cut and marked by "…". */
export function clip(text: string, width: number): string {
  // No more is looked at than can be shown: names come from outside.
  const whole = plain(text.slice(0, width * 4));
  if (columns(whole) <= width && text.length <= width * 4) return whole;
  let out = "";
  let used = 0;
  for (const character of whole) {
    used += WIDE.test(character) ? 2 : 1;
    if (used >= width) break;
    out += character;
  }
  return `${out}…`;
}
