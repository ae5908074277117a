/** Amounts as people write them: `100m`, `1.5g`, `50%`. */

const UNITS = ["", "k", "m", "g", "t", "p"] as const;
const STEP = 1024;
const UNLIMITED = ["-1", "max", "unlimited"];

/** `unlimited` and its other names. */
export const isUnlimited = (word: string): boolean => UNLIMITED.includes(word.toLowerCase());

/**
 * A number of bytes: digits, with a fraction before a unit; `k`, `m`, `g`, `t`, `p` (also `kb`, `KiB`) are powers
 * of 1024. `N%` is a part of `whole`, where there is one. Undefined where it is none, or not exact any more.
 */
export function readBytes(word: string, whole?: number): number | undefined {
  if (word.endsWith("%")) {
    const part = Number(/^(\d{1,3}(?:\.\d{1,4})?)%$/.exec(word)?.[1] ?? Number.NaN);
    return Number.isNaN(part) || whole === undefined || part > 100
      ? undefined
      : Math.floor((whole * part) / 100);
  }
  const [, digits, unit = ""] = /^(\d{1,16}|\d{1,12}\.\d{1,9})([kmgtp]?)(?:i?b)?$/i.exec(word) ?? [];
  if (digits === undefined) return undefined;
  if (digits.includes(".") && unit === "") return undefined;
  const power = UNITS.indexOf(unit.toLowerCase() as (typeof UNITS)[number]);
  const bytes = Math.floor(Number(digits) * STEP ** power);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** A whole number from `least` to `most`; undefined for anything else. */
export function readWhole(word: string, least: number, most: number): number | undefined {
  const number = /^\d{1,15}$/.test(word) ? Number(word) : Number.NaN;
  return number >= least && number <= most ? number : undefined;
}

/** A number of processors: `0.5`, `.5`, `2`, `50%` (of one). In hundred-thousandths; undefined where it is none. */
export function readProcessors(word: string): number | undefined {
  const [, digits, percent] = /^(\d{1,6}(?:\.\d{1,6})?|\.\d{1,6})(%?)$/.exec(word) ?? [];
  if (digits === undefined) return undefined;
  return Math.round(Number(digits) * (percent === "%" ? 1000 : 100_000));
}

/**
 * A list of numbers and ranges as the kernel writes it: sorted, without repetitions, neighbours joined
 * (`3,0-1` is `0-1,3`). Undefined where it is none, or names a number above `most`.
 */
export function readList(word: string, most: number): string | undefined {
  const numbers = new Set<number>();
  for (const part of word.split(",")) {
    const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? [];
    if (first === undefined || Number(first) > Number(last) || Number(last) > most) return undefined;
    for (let number = Number(first); number <= Number(last); number++) numbers.add(number);
  }
  const runs: [number, number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run?.[1] === number - 1) run[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}

/** Bytes in few words: `95.4 MiB`. */
export function wordBytes(bytes: number): string {
  const power = bytes < STEP ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / STEP ** power;
  if (power === 0) return `${bytes} bytes`;
  return `${Number(value.toFixed(1))} ${UNITS[power]!.toUpperCase()}iB`;
}
