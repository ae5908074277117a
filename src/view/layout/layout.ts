/**
 * Places for a graph: trees grow from left to right, and where too many stand below one card, they are put
 * into columns in a frame, so that the picture stays about as wide as it is high. One pass up for the
 * sizes, one down for the places: time grows with the number of cards and chips, and nothing overlaps.
 */
import type { Graph } from "../graph/graph.ts";
import { type CardSize, sizeOf } from "./card.ts";
import { type Columns, toColumns, toRow } from "./columns.ts";
import { GAP } from "./measures.ts";

/** A rectangle. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The place of a card. */
export interface Place extends Box {
  readonly size: CardSize;
}

/** A frame around those below one card. */
export interface Frame extends Box {
  /** Index of that card, and how many stand in the frame. */
  readonly of: number;
  readonly count: number;
}

/** A line of the tree: from a card to one below it, or to the frame around them. */
export interface Link {
  readonly from: number;
  readonly to: Box;
  /** Index of the card that it leads to; -1: a frame. */
  readonly card: number;
}

/** A picture with places. */
export interface Layout {
  /** For each card of the graph. */
  readonly places: readonly Place[];
  readonly frames: readonly Frame[];
  readonly links: readonly Link[];
  readonly width: number;
  readonly height: number;
}

/** A card with all that is below it, as one rectangle. */
interface Block {
  readonly width: number;
  readonly height: number;
  readonly size: CardSize;
  readonly below: Columns;
}

/** Places everything in `graph`. The same graph gets the same places. */
export function layoutOf({ by, cards }: Graph): Layout {
  const blocks: Block[] = new Array(cards.length);
  for (let index = cards.length - 1; index >= 0; index--) {
    const { below } = cards[index]!;
    const size = sizeOf(cards[index]!);
    const columns = toColumns(
      below.map((one) => blocks[one]!),
      size.height,
    );
    const beside = below.length === 0 ? 0 : GAP.x + columns.width;
    blocks[index] = {
      width: size.width + beside,
      height: Math.max(size.height, columns.height),
      size,
      below: columns,
    };
  }
  const roots = cards.flatMap(({ above }, index) => (above < 0 ? [index] : []));
  const trees = roots.map((index) => blocks[index]!);
  // Two hierarchies, and lines from one to the other: these are seen best side by side.
  const whole = by === "parent" ? toRow(trees) : toColumns(trees, 0, false);
  const places: Place[] = new Array(cards.length);
  const frames: Frame[] = [];
  const links: Link[] = [];
  const put = (index: number, x: number, y: number): void => {
    const { size } = blocks[index]!;
    places[index] = { x, y, width: size.width, height: size.height, size };
  };
  roots.forEach((index, at) => {
    const { x, y } = whole.offsets[at]!;
    put(index, x, y);
  });
  cards.forEach(({ below }, index) => {
    if (below.length === 0) return;
    const { x, y, width } = places[index]!;
    const columns = blocks[index]!.below;
    const left = x + width + GAP.x;
    below.forEach((child, at) => {
      const offset = columns.offsets[at]!;
      put(child, left + offset.x, y + offset.y);
      if (!columns.framed) links.push({ from: index, to: places[child]!, card: child });
    });
    if (!columns.framed) return;
    const frame = {
      x: left,
      y,
      width: columns.width,
      height: columns.height,
      of: index,
      count: below.length,
    };
    frames.push(frame);
    links.push({ from: index, to: frame, card: -1 });
  });
  return { places, frames, links, width: whole.width, height: whole.height };
}
