/** Rectangles one below the other; in several columns where they would stand too high. */
import { GAP, SHAPE } from "./measures.ts";

/** Where each rectangle stands in the whole. */
export interface Columns {
  readonly width: number;
  readonly height: number;
  readonly offsets: readonly { readonly x: number; readonly y: number }[];
  /** There is room for a frame around, with a line of text at the top. */
  readonly framed: boolean;
}

/** One column may be this high, whatever its width. */
const MODEST = 760;

/** A column that is this much higher than the shape asks for is still read more easily than two. */
const PATIENCE = 1.5;

/**
 * Puts `boxes` below each other, in their order. `beside` is the height of what stands to their left: up to
 * there is room anyway. Without `framed` there is none around several columns.
 */
export function toColumns(
  boxes: readonly { readonly width: number; readonly height: number }[],
  beside: number,
  framed = true,
): Columns {
  let area = 0;
  let tallest = 0;
  let stacked = -GAP.y;
  for (const { width, height } of boxes) {
    area += (width + GAP.x) * (height + GAP.y);
    tallest = Math.max(tallest, height);
    stacked += height + GAP.y;
  }
  const ideal = Math.sqrt(area / SHAPE);
  const one = stacked <= Math.max(MODEST, beside, tallest * PATIENCE, ideal * PATIENCE);
  const room = one
    ? Infinity
    : balanced(boxes, tallest, Math.max(ideal, tallest, Math.min(beside, stacked / 2)));
  const around = framed && !one;
  const top = around ? GAP.head : 0;
  const side = around ? GAP.frame : 0;
  const offsets: { x: number; y: number }[] = [];
  let x = side;
  let y = top;
  let widest = 0;
  let bottom = 0;
  for (const { width, height } of boxes) {
    if (y > top && y + height - top > room) {
      x += widest + (around ? GAP.frame : GAP.x);
      y = top;
      widest = 0;
    }
    offsets.push({ x, y });
    y += height + GAP.y;
    widest = Math.max(widest, width);
    bottom = Math.max(bottom, y - GAP.y);
  }
  return { width: x + widest + side, height: bottom + (around ? GAP.frame : 0), offsets, framed: around };
}

/** Puts `boxes` beside each other, with room for lines from one to the next. */
export function toRow(boxes: readonly { readonly width: number; readonly height: number }[]): Columns {
  let x = 0;
  const offsets = boxes.map(({ width }) => {
    const offset = { x, y: 0 };
    x += width + GAP.between;
    return offset;
  });
  const height = Math.max(0, ...boxes.map((box) => box.height));
  return { width: Math.max(0, x - GAP.between), height, offsets, framed: false };
}

/** How many columns of the height `room` it takes. */
function count(boxes: readonly { readonly height: number }[], room: number): number {
  let columns = 1;
  let y = 0;
  for (const { height } of boxes) {
    if (y > 0 && y + height > room) {
      columns++;
      y = 0;
    }
    y += height + GAP.y;
  }
  return columns;
}

const STEPS = 8;

/** The least height, about, that takes no more columns than `most` does: then they are of one length. */
function balanced(boxes: readonly { readonly height: number }[], tallest: number, most: number): number {
  const columns = count(boxes, most);
  let [low, high] = [tallest, most];
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (count(boxes, middle) > columns) low = middle;
    else high = middle;
  }
  return high;
}
