/** Finding the range that a number lies in, by few comparisons. */
import { type Assembler, AT_LEAST, EQUAL, type Target } from "./bpf.ts";

/** All 32-bit numbers in ranges: each begins where `starts` says and reaches to the next. */
export interface Ranges {
  /** Ascending, the first is 0. */
  readonly starts: readonly number[];
  /** What is decided for the numbers of the range; the caller knows what it means. Neighbours differ. */
  readonly leaves: readonly number[];
  /** How much it matters that a range is found soon, summed up from the first range to each. */
  readonly weights: readonly number[];
}

/** Up to this many ranges a split that leaves one number between two like ranges is better than a balanced one. */
const FEW = 5;

/** The ranges `from` to before `to`, without `gone`: its number has been looked at, and may go to any. */
function without({ starts, leaves, weights }: Ranges, from: number, to: number, gone: number): Ranges {
  const rest = { starts: [] as number[], leaves: [] as number[], weights: [] as number[] };
  for (let at = from; at < to; at++) {
    if (at === gone) continue;
    const last = rest.leaves.length - 1;
    if (last >= 0 && rest.leaves[last] === leaves[at]) {
      rest.weights[last] = weights[at]!;
      continue;
    }
    rest.starts.push(starts[at]!);
    rest.leaves.push(leaves[at]!);
    rest.weights.push(weights[at]!);
  }
  return rest;
}

/** Code that finds the accumulator's range; `place` gives the code for what is decided there. */
export function search(assembler: Assembler, ranges: Ranges, place: (leaf: number) => Target): Target {
  const { starts, leaves, weights } = ranges;

  /** One number, and the same decision on both sides of it: one comparison. */
  const isLone = (at: number) => leaves[at] === leaves[at + 2] && starts[at + 2]! - starts[at + 1]! === 1;

  const find = (from: number, to: number): Target => {
    const count = to - from;
    if (count === 1) return place(leaves[from]!);
    const before = from === 0 ? 0 : weights[from - 1]!;
    const half = (before + weights[to - 1]!) / 2;
    let at = from;
    while (at < to - 1 && weights[at]! < half) at++;
    // `at` is the range that holds the middle; where it is one number, and as heavy as all others, it comes first.
    const weight = weights[at]! - (at === 0 ? 0 : weights[at - 1]!);
    const isNumber = at < to - 1 && starts[at + 1]! - starts[at]! === 1;
    if ((count > 3 && isNumber && weight >= half - before) || (count === 3 && isLone(from))) {
      if (count === 3) at = from + 1;
      const rest = search(assembler, without(ranges, from, to, at), place);
      return assembler.branch(EQUAL, starts[at]!, place(leaves[at]!), rest);
    }
    // It goes to the lighter side.
    if (at === from || (at < to - 1 && half - weights[at - 1]! >= weights[at]! - half)) at++;
    if (count > 3 && count <= FEW) at = isLone(from) ? from + 3 : isLone(to - 3) ? to - 3 : at;
    const yes = find(at, to);
    return assembler.branch(AT_LEAST, starts[at]!, yes, find(from, at));
  };

  return find(0, starts.length);
}
