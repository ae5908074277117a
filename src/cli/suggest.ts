/** "Did you mean": the known words nearest to one that is not known. */

const MOST_SHOWN = 3;

/**
 * Number of letters to insert, drop, replace or swap with their neighbour to turn `a` into `b`
 * (Damerau and Levenshtein's distance, in the form that edits no letter twice).
 */
export function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let best = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1));
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        best = Math.min(best, beforeLast[column - 2]! + 1);
      }
      current[column] = best;
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length]!;
}

/**
 * The words of `known` that `typed` may have meant, best first: those it is the beginning of, shortest
 * first, or else those nearest to it, at most two edits away (one for a word of three letters or fewer).
 */
export function suggest(typed: string, known: Iterable<string>): string[] {
  const words = [...known];
  const begun = typed === "" ? [] : words.filter((word) => word.startsWith(typed));
  if (begun.length > 0) return begun.sort((a, b) => a.length - b.length).slice(0, MOST_SHOWN);
  const limit = typed.length > 3 ? 2 : 1;
  return words
    .filter((word) => Math.abs(word.length - typed.length) <= limit)
    .map((word) => ({ word, edits: distance(typed, word) }))
    .filter(({ edits }) => edits <= limit)
    .sort((a, b) => a.edits - b.edits)
    .slice(0, MOST_SHOWN)
    .map(({ word }) => word);
}

/** `Did you mean "a", "b" or "c"?`, or nothing where there is nothing to offer. */
export function didYouMean(words: readonly string[]): string | undefined {
  const quoted = words.map((word) => `"${word}"`);
  const last = quoted.pop();
  if (last === undefined) return undefined;
  return `Did you mean ${quoted.length > 0 ? `${quoted.join(", ")} or ${last}` : last}?`;
}
