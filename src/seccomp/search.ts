/** Finding the range that a number lies in, by few comparisons. */
import { type Assembler, AT_LEAST, EQUAL, type Target } from "./bpf.ts";

/** All 32-bit numbers in ranges: each begins where `starts` says and reaches to the next. */
export interface Ranges {
  /** Ascending, the first is 0. */
  readonly starts: readonly number[];
  /** What is decided for the numbers of the range; the caller knows what it means. */
  readonly leaves: readonly number[];
  /** How much it matters that the range is found soon, of all ranges from the first to each. */
  readonly weights: readonly number[];
}

/** Up to this many ranges a split that leaves one number between two like ranges is better than a balanced one. */
const FEW = 5;

/** Code that finds the accumulator's range; `place` gives the code for what is decided there. */
export function search(assembler: Assembler, ranges: Ranges, place: (leaf: number) => Target): Target {
  const { starts, leaves, weights } = ranges;

  /** One number, and the same decision on both sides of it: one comparison. */
  const isLone = (at: number) => leaves[at] === leaves[at + 2] && starts[at + 2]! - starts[at + 1]! === 1;

  /** Where to split the ranges `from` to before `to`: half the weight on each side. */
  const middle = (from: number, to: number): number => {
    const count = to - from;
    if (count > 3 && count <= FEW) {
      if (isLone(from)) return from + 3;
      if (isLone(to - 3)) return to - 3;
    }
    const before = from === 0 ? 0 : weights[from - 1]!;
    const half = (before + weights[to - 1]!) / 2;
    let at = from;
    while (at < to - 2 && weights[at]! < half) at++;
    // The range that holds the middle goes to the lighter side.
    return at > from && half - weights[at - 1]! < weights[at]! - half ? at : at + 1;
  };

  const find = (from: number, to: number): Target => {
    if (to - from === 1) return place(leaves[from]!);
    if (to - from === 3 && isLone(from)) {
      const no = place(leaves[from]!);
      return assembler.branch(EQUAL, starts[from + 1]!, place(leaves[from + 1]!), no);
    }
    const at = middle(from, to);
    const yes = find(at, to);
    return assembler.branch(AT_LEAST, starts[at]!, yes, find(from, at));
  };

  return find(0, starts.length);
}
