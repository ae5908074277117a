/** Finding the range that a number lies in, by as few comparisons as can be. */
import { AT_LEAST, type Assembler, EQUAL, type Target } from "./bpf.ts";

/** All 32-bit numbers in ranges: each begins where `starts` says and reaches to the next. */
export interface Ranges {
  /** Ascending, the first is 0. */
  readonly starts: readonly number[];
  /** What is decided for the numbers of the range; the caller knows what it means. */
  readonly leaves: readonly number[];
  /** How much it matters that the range is found soon: at least 1. */
  readonly weights: readonly number[];
}

/** Ranges of up to this many are looked at one number after the other, where that is shorter. */
const FEW = 5;

/** Where the first of the numbers of `ranges` that only one range holds, and that pays, stands; -1 if none. */
function worthATest({ starts, leaves, weights }: Ranges, total: number): number {
  const count = starts.length;
  for (let at = 0; at < count; at++) {
    // The last range ends at 2³²; it is never a single number but for 2³²-1.
    if ((at + 1 < count ? starts[at + 1]! : 2 ** 32) !== starts[at]! + 1) continue;
    const joins = at > 0 && at + 1 < count && leaves[at - 1] === leaves[at + 1];
    if ((joins && count <= FEW) || (count > 2 && weights[at]! * 2 >= total)) return at;
  }
  return -1;
}

/** `ranges` without one, whose neighbours grow together where the same is decided for both. */
function without({ starts, leaves, weights }: Ranges, at: number): Ranges {
  const joins = at > 0 && leaves[at - 1] === leaves[at + 1];
  const gone = joins ? 2 : 1;
  const rest = { starts: [...starts], leaves: [...leaves], weights: [...weights] };
  if (joins) rest.weights[at - 1]! += weights[at + 1]!;
  rest.starts.splice(at, gone);
  rest.leaves.splice(at, gone);
  rest.weights.splice(at, gone);
  return rest;
}

const part = ({ starts, leaves, weights }: Ranges, from: number, to: number): Ranges => ({
  starts: starts.slice(from, to),
  leaves: leaves.slice(from, to),
  weights: weights.slice(from, to),
});

/** Where both halves of `weights` are most alike. */
function middle(weights: readonly number[], total: number): number {
  let at = 1;
  let left = weights[0]!;
  while (at + 1 < weights.length && left + weights[at]! / 2 < total / 2) left += weights[at++]!;
  return at;
}

/** Code that finds the accumulator's range; `place` gives the code for what is decided there. */
export function search(assembler: Assembler, ranges: Ranges, place: (leaf: number) => Target): Target {
  const { starts, leaves, weights } = ranges;
  const count = starts.length;
  if (count === 1) return place(leaves[0]!);
  let total = 0;
  for (const weight of weights) total += weight;
  const single = worthATest(ranges, total);
  if (single >= 0) {
    const no = search(assembler, without(ranges, single), place);
    return assembler.branch(EQUAL, starts[single]!, place(leaves[single]!), no);
  }
  const at = middle(weights, total);
  const yes = search(assembler, part(ranges, at, count), place);
  const no = search(assembler, part(ranges, 0, at), place);
  return assembler.branch(AT_LEAST, starts[at]!, yes, no);
}
