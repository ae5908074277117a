/** `--detach-keys`: the keys by which one leaves a container that goes on. */
import { UsageError } from "../../util/errors.ts";

/** Ctrl-P Ctrl-Q. */
export const USUAL_KEYS = "ctrl-p,ctrl-q";

const LONGEST = 16;

/**
 * `ctrl-p,ctrl-q` as the bytes that a terminal sends; `none` as "".
 * @throws UsageError where a key is no single ASCII character, or ctrl- and a letter or one of `[\]^_`.
 */
export function readDetachKeys(word: string): string {
  if (word === "none") return "";
  const keys = word.split(",").map(readKey);
  if (keys.length <= LONGEST) return keys.join("");
  throw new UsageError(`Option "--detach-keys" takes at most ${LONGEST} keys`);
}

function readKey(word: string): string {
  const control = /^ctrl-([a-z[\\\]^_])$/i.exec(word)?.[1];
  if (control !== undefined) return String.fromCharCode(control.toUpperCase().charCodeAt(0) - 64);
  if (/^[!-~]$/.test(word)) return word;
  throw new UsageError(
    `Option "--detach-keys" does not know the key "${word}"`,
    `Write "${USUAL_KEYS}", or "none"`,
  );
}
