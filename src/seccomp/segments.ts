/** Cutting the values of an argument into the ranges in which the same conditions hold. */
import type { Condition } from "./profile.ts";
import type { Ranges } from "./search.ts";

/** A condition on `argument & mask`. */
export interface Test {
  readonly index: number;
  readonly mask: bigint;
  readonly op: Condition["op"];
  readonly value: bigint;
}

const HALF = 32n;
const LOW = 0xffffffffn;
const HIGHEST = 0xffffffff;
const LAST = 0xffffffffffffffffn;

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
  const add = (cut: bigint) => {
    let at = all.length;
    while (all[at - 1]! > cut) at--;
    if (all[at - 1] !== cut) all.splice(at, 0, cut);
  };
  for (const { op, value } of tests) {
    if (op !== "GT" && op !== "LE") add(value);
    if (op !== "LT" && op !== "GE" && value !== LAST) add(value + 1n);
  }
  return all;
}

/** The weight of a range behind which more is looked at: 1 for others. */
export const MORE = 8;

/** What is decided for a range, and how much it matters that the range is found soon. */
export interface Decided {
  readonly leaf: number;
  readonly weight: number;
}

/** Ranges that grow while the same is decided. */
class Growing implements Ranges {
  readonly starts: number[] = [];
  readonly leaves: number[] = [];
  readonly weights: number[] = [];

  add(start: number, { leaf, weight }: Decided): void {
    const count = this.leaves.length;
    if (count > 0 && this.leaves[count - 1] === leaf) return;
    this.starts.push(start);
    this.leaves.push(leaf);
    this.weights.push((count === 0 ? 0 : this.weights[count - 1]!) + weight);
  }
}

/** 64-bit values as two searches. */
export interface Segments {
  /** The high half: what is decided; below zero, the low half decides, -1 - place in `halves`. */
  readonly high: Ranges;
  readonly halves: readonly Ranges[];
}

/** The ranges that all `tests`, on one argument and mask, are cut into; `decide` says what is decided at a value. */
export function segments(tests: readonly Test[], decide: (value: bigint) => Decided): Segments {
  const starts = cuts(tests);
  const high = new Growing();
  const halves: Ranges[] = [];
  let last: Decided = { leaf: 0, weight: 1 };
  for (let at = 0; at < starts.length; ) {
    const half = Number(starts[at]! >> HALF);
    const low = new Growing();
    // What was decided before may reach into this half.
    if ((starts[at]! & LOW) !== 0n) low.add(0, last);
    while (at < starts.length && Number(starts[at]! >> HALF) === half) {
      last = decide(starts[at]!);
      low.add(Number(starts[at++]! & LOW), last);
    }
    if (low.leaves.length === 1) high.add(half, last);
    else high.add(half, { leaf: -halves.push(low), weight: MORE });
    // Up to the next cut all halves are alike.
    if (half < HIGHEST && (at === starts.length || Number(starts[at]! >> HALF) > half + 1)) {
      high.add(half + 1, last);
    }
  }
  return { high, halves };
}
