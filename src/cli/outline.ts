/** A tree of texts, as lines: see ./branches.ts, which draws them. */
import { sanitize } from "../util/sanitize.ts";
import { type BranchLine, drawBranches } from "./branches.ts";
import { ascii, unicode } from "./charset.ts";

/** One line, and what stands below it. */
export interface Outline {
  readonly text: string;
  readonly below: readonly Outline[];
}

/** The lines of `roots`, safe to print. Trees may be deep: nothing here calls itself. */
export function outlineLines(roots: readonly Outline[], wide: boolean = unicode()): string[] {
  const lines: BranchLine[] = [];
  const pending = roots.map((node) => ({ node, depth: 0 })).toReversed();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, depth } = next;
    const text = sanitize(node.text);
    lines.push({ depth, text: wide ? text : ascii(text) });
    pending.push(...node.below.map((child) => ({ node: child, depth: depth + 1 })).toReversed());
  }
  const drawn: string[] = [];
  drawBranches(lines, { unicode: wide }, (line) => drawn.push(line));
  return drawn;
}
