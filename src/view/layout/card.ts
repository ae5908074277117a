/** How large a card is, and where in it the chips stand. */
import type { Card } from "../graph/graph.ts";
import { columns } from "../text.ts";
import { CARD, CHIP, FONT, MARK, markWidth, SHAPE, textWidth } from "./measures.ts";

/** A card with a size. */
export interface CardSize {
  readonly width: number;
  readonly height: number;
  /** Where the chips of each group begin, below the top of the card, and how many stand in a row. */
  readonly groups: readonly number[];
  readonly perRow: number;
}

/** More in a row can nobody read. */
const MOST_PER_ROW = 64;

/** The size of `card`. */
export function sizeOf(card: Card): CardSize {
  const head = headHeight(card);
  if (card.groups.length === 0)
    return { width: headWidth(card), height: head + CARD.pad, groups: [], perRow: 0 };
  const perRow = chipsPerRow(card, head);
  const groups: number[] = [];
  let y = head + CARD.rule;
  for (const { chips } of card.groups) {
    groups.push(y);
    y += Math.ceil(chips.length / perRow) * (CHIP.height + CHIP.gapY) - CHIP.gapY + CHIP.group;
  }
  const width = Math.max(headWidth(card), chipsWidth(perRow, gutterOf(card)));
  return { width, height: y - CHIP.group + CARD.pad, groups, perRow };
}

/** From the top of a card to below its lines and marks. */
export const headHeight = ({ lines, marks }: Card): number =>
  CARD.pad + CARD.title + lines.length * CARD.line + (marks.length > 0 ? CARD.marks : 0);

/** Where chip `index` of group `group` stands in its card. */
export function chipAt(card: Card, { groups, perRow }: CardSize, group: number, index: number) {
  const column = index % perRow;
  const row = (index - column) / perRow;
  return {
    x: CARD.pad + gutterOf(card) + column * (CHIP.width + CHIP.gapX),
    y: groups[group]! + row * (CHIP.height + CHIP.gapY),
  };
}

function headWidth({ title, lines, marks }: Card): number {
  const texts = [
    CARD.sign + 8 + textWidth(columns(title), FONT.title),
    ...lines.map((line) => textWidth(columns(line), FONT.line)),
  ];
  const signs = marks.reduce((sum, word) => sum + markWidth(word) + MARK.gap, -MARK.gap);
  const widest = Math.max(...texts.map((width) => Math.min(width, CARD.most)), signs);
  return Math.ceil(Math.max(CARD.least, widest + 2 * CARD.pad));
}

/** How much room the names of the kinds take beside the chips. */
const gutterOf = ({ groups }: Card): number => (groups[0]?.kind === null ? 0 : CHIP.gutter);

const chipsWidth = (perRow: number, gutter: number): number =>
  2 * CARD.pad + gutter + perRow * (CHIP.width + CHIP.gapX) - CHIP.gapX;

/** As many as bring the card nearest to the shape of a page. */
function chipsPerRow(card: Card, head: number): number {
  const { groups } = card;
  const gutter = gutterOf(card);
  const most = Math.min(MOST_PER_ROW, Math.max(...groups.map(({ chips }) => chips.length)));
  let best = 1;
  let least = Infinity;
  for (let perRow = 1; perRow <= most; perRow++) {
    const rows = groups.reduce((sum, { chips }) => sum + Math.ceil(chips.length / perRow), 0);
    const height = head + rows * (CHIP.height + CHIP.gapY) + groups.length * CHIP.group;
    const off = Math.abs(Math.log(chipsWidth(perRow, gutter) / height / SHAPE));
    if (off < least) {
      least = off;
      best = perRow;
    }
  }
  return best;
}
