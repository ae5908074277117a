/** Cutting the values of an argument into the ranges in which the same conditions hold. */
import type { Test } from "./decide.ts";
import type { Ranges } from "./search.ts";

const SIZE = 2n ** 64n;
const HALF = 32n;
const LOW = 2n ** HALF - 1n;

/** Whether `test` holds for a masked value. */
export function holds({ op, value }: Test, actual: bigint): boolean {
  if (op === "EQ") return actual === value;
  if (op === "NE") return actual !== value;
  if (op === "LT") return actual < value;
  if (op === "LE") return actual <= value;
  if (op === "GT") return actual > value;
  return actual >= value;
}

/** The values at which `tests` change their answer, ascending, 0 first. */
function cuts(tests: readonly Test[]): bigint[] {
  const all = [0n];
  for (const { op, value } of tests) {
    if (op !== "GT" && op !== "LE") all.push(value);
    if (op !== "LT" && op !== "GE") all.push(value + 1n);
  }
  all.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return all.filter((cut, at) => cut !== all[at - 1] && cut < SIZE);
}

/** A range that grows while the same is decided. */
function add(ranges: { starts: number[]; leaves: number[]; weights: number[] }, start: number, leaf: number) {
  if (ranges.leaves.at(-1) === leaf) return;
  ranges.starts.push(start);
  ranges.leaves.push(leaf);
  ranges.weights.push(1);
}

/** 64-bit values as two searches. */
export interface Segments {
  /** The high half: what is decided; below zero, the low half decides, -1 - place in `halves`. */
  readonly high: Ranges;
  readonly halves: readonly Ranges[];
}

/** The ranges that all `tests`, on one argument and mask, are cut into; `leafOf` says what is decided at a value. */
export function segments(tests: readonly Test[], leafOf: (value: bigint) => number): Segments {
  const starts = cuts(tests);
  const high = { starts: [] as number[], leaves: [] as number[], weights: [] as number[] };
  const halves: Ranges[] = [];
  for (let at = 0; at < starts.length; ) {
    const half = starts[at]! >> HALF;
    const low = { starts: [] as number[], leaves: [] as number[], weights: [] as number[] };
    // What was decided before may reach into this half.
    if ((starts[at]! & LOW) !== 0n) add(low, 0, leafOf(half << HALF));
    let last = 0;
    for (; at < starts.length && starts[at]! >> HALF === half; at++) {
      last = leafOf(starts[at]!);
      add(low, Number(starts[at]! & LOW), last);
    }
    if (low.leaves.length === 1) add(high, Number(half), low.leaves[0]!);
    else add(high, Number(half), -halves.push(low));
    // Up to the next cut all halves are alike.
    const next = starts[at] === undefined ? SIZE >> HALF : starts[at]! >> HALF;
    if (half + 1n < next) add(high, Number(half + 1n), last);
  }
  return { high, halves };
}
