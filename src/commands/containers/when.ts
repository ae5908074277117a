/** Points in time as they are typed. */
import { UsageError } from "../../util/errors.ts";

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * `10m`, `1h30m` (that long ago), `2026-11-22`, `2026-11-22T10:00:00` (local time), with an offset or `Z`, or
 * seconds since the epoch; as RFC 3339 in UTC with nanoseconds, like the times of a log.
 * @throws UsageError where it is none of these.
 */
export function readWhen(word: string, option: string, now = Date.now()): string {
  const time = /^(\d+(\.\d+)?[smhd])+$/.test(word) ? now - ago(word) : pointIn(word);
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) {
    throw new UsageError(
      `Option "${option}" needs a time, not "${word}"`,
      "Write 10m, 1h30m or 2026-11-22T10:00:00",
    );
  }
  return date.toISOString().replace("Z", "000000Z");
}

function ago(word: string): number {
  let seconds = 0;
  for (const [, number, unit] of word.matchAll(/(\d+(?:\.\d+)?)([smhd])/g)) {
    seconds += Number(number) * SECONDS[unit!]!;
  }
  return seconds * 1000;
}

function pointIn(word: string): number {
  if (/^\d{1,12}(\.\d+)?$/.test(word)) return Number(word) * 1000;
  if (!/^\d{4}-\d\d-\d\d/.test(word)) return Number.NaN;
  // A date alone would be read as UTC.
  return Date.parse(word.length === "2026-11-22".length ? `${word}T00:00:00` : word.replace(" ", "T"));
}
