/** Where each card and each chip stands in the whole picture. */
import type { Graph } from "../graph/graph.ts";
import { chipAt } from "./card.ts";
import type { Box, Layout } from "./layout.ts";
import { CHIP } from "./measures.ts";

/** Their boxes by key. */
export function boxesOf({ cards }: Graph, { places }: Layout): Map<string, Box> {
  const boxes = new Map<string, Box>();
  cards.forEach((card, index) => {
    const { x, y, width, height, size } = places[index]!;
    boxes.set(card.key, { x, y, width, height });
    card.groups.forEach(({ chips }, group) => {
      chips.forEach(({ key }, at) => {
        const chip = chipAt(card, size, group, at);
        boxes.set(key, { x: x + chip.x, y: y + chip.y, width: CHIP.width, height: CHIP.height });
      });
    });
  });
  return boxes;
}
