/** Amounts as people read them. */

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** A number of bytes: `999 B`, `4.6 MB`. Thousands, not 1,024s. */
export function bytes(count: number): string {
  let unit = 0;
  let value = count;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** `1 library`, `2 libraries`. */
export const countOf = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;
