/** Signals as they are typed. */
import { constants } from "node:os";
import { didYouMean, suggest } from "../../cli/suggest.ts";
import { UsageError } from "../../util/errors.ts";

const LAST = 64;

/**
 * The number of `TERM`, `SIGTERM`, `sigterm` or `15`.
 * @throws UsageError where it is none, see signal(7).
 */
export function readSignal(word: string): number {
  if (/^\d{1,2}$/.test(word)) {
    const number = Number(word);
    if (number >= 1 && number <= LAST) return number;
  }
  const upper = word.toUpperCase();
  const name = upper.startsWith("SIG") ? upper : `SIG${upper}`;
  const known = Object.entries(constants.signals);
  const found = known.find(([signal]) => signal === name)?.[1];
  if (found !== undefined) return found;
  const near = suggest(
    name,
    known.map(([signal]) => signal),
  ).map((signal) => signal.slice(3));
  throw new UsageError(`Unknown signal "${word}"`, didYouMean(near) ?? "`kill -l` lists the signals");
}

/**
 * Seconds as they are typed.
 * @throws UsageError where they are none.
 */
export function readSeconds(word: string, option: string): number {
  if (/^\d{1,7}(\.\d{1,3})?$/.test(word)) return Number(word);
  throw new UsageError(`Option "${option}" needs a number of seconds, not "${word}"`);
}
