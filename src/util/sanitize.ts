/**
 * Text from outside, made safe to show. A file name may hold escape sequences that move the cursor or
 * rename the window, or marks that reverse the reading order; all of them are printed as their codes.
 */

/** Control characters (C0, DEL, C1), line and paragraph separators, marks that turn the direction, lone surrogates. */
const UNSAFE =
  /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function code(character: string): string {
  const point = character.charCodeAt(0);
  const hex = point.toString(16);
  return NAMED[character] ?? (point > 0xff ? `\\u${hex.padStart(4, "0")}` : `\\x${hex.padStart(2, "0")}`);
}

/** `text` on one line, with nothing left in it that a terminal would obey. */
export const sanitize = (text: string): string => text.replace(UNSAFE, code);

/** The same for text of several lines. */
export const sanitizeLines = (text: string): string => text.split("\n").map(sanitize).join("\n");

/** JSON that is as safe to show, and reads back as the same value. It may have been indented. */
export const sanitizeJson = (json: string): string =>
  json
    .split("\n")
    .map((line) =>
      line.replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`),
    )
    .join("\n");

/** Such JSON of `value` on one line. */
export const safeJson = (value: unknown): string => sanitizeJson(JSON.stringify(value));
