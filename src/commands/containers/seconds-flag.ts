/** `--watch[=SECONDS]`. */
import { UsageError } from "../../util/errors.ts";

const USUAL_SECONDS = 2;
const SHORTEST = 0.1;
const LONGEST = 86_400;

/** Its value. @throws UsageError where it is none. */
export function readWatchSeconds(word: string | undefined): number {
  if (word === undefined) return USUAL_SECONDS;
  const seconds = /^\d{1,5}(\.\d{1,3})?$|^\.\d{1,3}$/.test(word) ? Number(word) : Number.NaN;
  if (seconds >= SHORTEST && seconds <= LONGEST) return seconds;
  throw new UsageError(
    `Option "--watch" needs seconds from ${SHORTEST} to ${LONGEST}, not "${word}"`,
    "Write --watch=2",
  );
}
