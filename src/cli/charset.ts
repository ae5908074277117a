/** Which characters may be printed: those of UTF-8, or ASCII alone where the locale has no more. */
import { sanitize } from "./sanitize.ts";

/** Whether the locale is one of UTF-8, by LC_ALL, LC_CTYPE and LANG in this order, see locale(7). */
export function unicode(environment: Readonly<Record<string, string | undefined>> = process.env): boolean {
  const { LC_ALL, LC_CTYPE, LANG } = environment;
  return /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || "");
}

/** `text` with every character beyond ASCII as its code: `\u00e9`, `\u{1f600}`. */
export const ascii = (text: string): string => text.replace(/[^\0-\x7f]/gu, code);

function code(character: string): string {
  const hex = character.codePointAt(0)!.toString(16);
  return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, "0")}`;
}

/** Text from outside on one line, made safe to show, in the characters that the locale has. */
export const printable = (text: string): string => (unicode() ? sanitize(text) : ascii(sanitize(text)));
