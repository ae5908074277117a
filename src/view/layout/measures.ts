/** Sizes, in the picture's own units: CSS pixels at zoom 1. */

/** How wide a column of the monospaced font is, as a part of its size: widest of those in use. */
const COLUMN = 0.61;

/** Sizes of the text, and what follows from them. */
export const FONT = { title: 13, line: 12, chip: 11, mark: 10, frame: 12 } as const;

/** The width of `columns` columns of text of `size`. */
export const textWidth = (columns: number, size: number): number => columns * size * COLUMN;

/** How many columns of text of `size` fit into `width`. */
export const fitting = (width: number, size: number): number => Math.floor(width / (size * COLUMN));

/** A card: what stands around and between its lines. */
export const CARD = {
  pad: 12,
  least: 232,
  /** Text is cut where a card would be wider for it. */
  most: 300,
  title: 22,
  line: 17,
  marks: 22,
  /** The sign to the left of the title. */
  sign: 22,
  /** Between the lines and the chips. */
  rule: 10,
} as const;

/** A chip, and the name of its kind to the left of each group. */
export const CHIP = { width: 244, height: 22, gapX: 8, gapY: 5, group: 7, gutter: 78, sign: 16 } as const;

/** Between cards. */
export const GAP = { x: 56, y: 16, frame: 18, head: 26, between: 170 } as const;

/** What the picture should look like as a whole: width by height. */
export const SHAPE = 1.5;

/** A mark is a word in a small box. */
export const MARK = { pad: 6, gap: 5, height: 16 } as const;

/** How wide the mark `word` is. */
export const markWidth = (word: string): number => textWidth(word.length, FONT.mark) + 2 * MARK.pad;
