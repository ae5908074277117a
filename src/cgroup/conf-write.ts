/** A file that is written by its own name: what is known of it is its name alone. */
import { readBytes } from "./amount.ts";
import { exactly, PAGE, type Write } from "./spelling.ts";

/** Numbers as the kernel takes them, also with a unit: memparse. With a zero in front they would be octal. */
const NUMBER = /^(?:0|[1-9]\d*)[kmgtp]?$/i;
/** Counters: a write sets them back, and they go on from there. */
const COUNTER = /usage|peak|failcnt/;

/**
 * `value` for `file`. Read back is a number where one was written, and that file reads one: many read in another
 * way than they are written, or cannot be read.
 */
export function confWrite(file: string, value: string): Write {
  const bytes = NUMBER.test(value) && !COUNTER.test(file) ? readBytes(value) : undefined;
  const [, size] = /^hugetlb\.([^.]+)\./.exec(file) ?? [];
  const rounds = size === undefined ? (file.startsWith("memory.") ? PAGE : 0) : (readBytes(size) ?? 0);
  return { ...exactly(file, value), reads: bytes === undefined ? "" : String(bytes), rounds, number: true };
}
