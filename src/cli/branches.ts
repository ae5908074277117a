/** Trees drawn with lines: of box characters, or of ASCII where the locale has no others. */

/** How the branches are drawn. */
export interface BranchStyle {
  /** Box characters. */
  readonly unicode: boolean;
  /** Lines that are longer are continued below, beside the drawing. Default: none is. */
  readonly width?: number;
}

/** One line of a tree: how deep it stands, and what it says; colours may be in it. */
export interface BranchLine {
  readonly depth: number;
  readonly text: string;
  /** Drawn as a side branch. */
  readonly side?: boolean;
}

const BOXES = { tee: "├─ ", last: "╰─ ", side: "├┄ ", lastSide: "╰┄ ", down: "│  ", none: "   " } as const;
const PLAIN = { tee: "|- ", last: "`- ", side: "|. ", lastSide: "`. ", down: "|  ", none: "   " } as const;

/** Deeper than that the drawing stays where it is: a chain of thousands would need lines as long. */
const DEEPEST = 60;
/** A text gets no narrower than that, nor than half of the width. */
const NARROWEST = 16;
/** How wide each level is drawn. */
const LEVEL = BOXES.none.length;
/** What the widest character takes. */
const WIDEST_CHARACTER = 2;

/** Draws a tree whose lines stand in order, parents first; each goes to `out`. */
export function drawBranches(
  lines: readonly BranchLine[],
  { unicode, width }: BranchStyle,
  out: (line: string) => void,
): void {
  const signs = unicode ? BOXES : PLAIN;
  const deepest = width === undefined ? DEEPEST : deepestIn(width);
  const lastOnes = lastAmongSiblings(lines);
  /** For each level whether more comes below on it. */
  const open: boolean[] = [];
  for (const [index, { depth, text, side = false }] of lines.entries()) {
    const last = lastOnes[index]!;
    open.length = Math.min(open.length, depth);
    open[depth] = !last;
    const shown = Math.min(depth, deepest);
    let above = "";
    for (let level = 1; level < shown; level++) above += open[level] ? signs.down : signs.none;
    const own = side ? (last ? signs.lastSide : signs.side) : last ? signs.last : signs.tee;
    const first = depth === 0 ? "" : above + own;
    const hasChildren = (lines[index + 1]?.depth ?? 0) > depth;
    const rest =
      (depth === 0 ? "" : above + (last ? signs.none : signs.down)) + (hasChildren ? signs.down : signs.none);
    const room = width === undefined ? undefined : Math.max(WIDEST_CHARACTER, width - rest.length);
    const parts = room === undefined ? [text] : Bun.wrapAnsi(text, room, { hard: true }).split("\n");
    for (const [at, part] of parts.entries()) out((at === 0 ? first : rest) + part);
  }
}

/** How many levels leave room for the texts; below the last of them stands one more line, of what has children. */
function deepestIn(width: number): number {
  const room = width - Math.min(NARROWEST, Math.ceil(width / 2));
  return Math.min(DEEPEST, Math.max(1, Math.floor(room / LEVEL) - 1));
}

/** For each line whether no other of its depth follows below the same parent. */
function lastAmongSiblings(lines: readonly BranchLine[]): boolean[] {
  const result = new Array<boolean>(lines.length);
  /** Depths at which a sibling was seen further down. */
  const seen: boolean[] = [];
  for (let index = lines.length - 1; index >= 0; index--) {
    const { depth } = lines[index]!;
    result[index] = seen[depth] !== true;
    seen.length = depth + 1;
    seen[depth] = true;
  }
  return result;
}
