/** A tree of lines, drawn with branches on its left. */

import { sanitize } from "../util/sanitize.ts";
import { ascii, unicode } from "./charset.ts";

/** One line, and what stands below it. */
export interface Outline {
  readonly text: string;
  readonly below: readonly Outline[];
}

const LINES = { last: "└─ ", more: "├─ ", under: "│  ", blank: "   " } as const;
const ASCII = { last: "`- ", more: "|- ", under: "|  ", blank: "   " } as const;

/** From there on nothing moves further to the right: the lines of a hostile dump would fill the memory. */
const DEEPEST = 100;

/** The lines of `roots`, safe to print. Trees may be deep: nothing here calls itself. */
export function outlineLines(roots: readonly Outline[], wide: boolean = unicode()): string[] {
  const deepest = DEEPEST * LINES.last.length;
  const marks = wide ? LINES : ASCII;
  const lines: string[] = [];
  const pending = roots.map((node) => ({ node, own: "", indent: "" })).toReversed();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, own, indent } = next;
    const text = sanitize(node.text);
    lines.push(own + (wide ? text : ascii(text)));
    const last = node.below.length - 1;
    const below = node.below.map((child, at) => ({
      node: child,
      own: indent + (at === last ? marks.last : marks.more),
      indent: indent.length >= deepest ? indent : indent + (at === last ? marks.blank : marks.under),
    }));
    pending.push(...below.toReversed());
  }
  return lines;
}
