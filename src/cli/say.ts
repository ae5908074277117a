/**
 * Everything that is no result, on standard error. By `console.warn`: it writes at once and loads nothing,
 * while touching `process.stderr` costs milliseconds and `console.error` adds a red of its own.
 */

/** Prints `line` on standard error. */
export const say = (line: string): void => console.warn(line);
