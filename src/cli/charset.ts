/** Which characters may be printed: those of UTF-8, or ASCII alone where the locale has no more. */
import { sanitize } from "../util/sanitize.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether a locale is one of UTF-8, by LC_ALL, LC_CTYPE and LANG in this order, see locale(7). */
export const isUnicode = ({ LC_ALL, LC_CTYPE, LANG }: Environment): boolean =>
  /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || "");

let own: boolean | undefined;

/** Whether the caller's is. Looked up once: the environment costs too much to be asked for every cell. */
export function unicode(): boolean {
  own ??= isUnicode(process.env);
  return own;
}

/** `text` with every character beyond ASCII as its code: `\u00e9`, `\u{1f600}`. */
export const ascii = (text: string): string => text.replace(/[^\0-\x7f]/gu, code);

function code(character: string): string {
  const hex = character.codePointAt(0)!.toString(16);
  return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, "0")}`;
}

/** Whether text can be shown anywhere as it is, a column of the terminal each character. */
export const isPlain = (text: string): boolean => /^[ -~]*$/.test(text);

/** Text from outside on one line, made safe to show; with `asciiOnly` in ASCII. */
export const printable = (text: string, asciiOnly = !unicode()): string =>
  isPlain(text) ? text : asciiOnly ? ascii(sanitize(text)) : sanitize(text);
