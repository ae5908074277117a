/** The lines of a picture: solid from parent to child, dashed from what is owned to its owner. */
import type { Graph } from "../graph/graph.ts";
import type { Box, Layout, Link } from "../layout/layout.ts";
import { CARD, GAP } from "../layout/measures.ts";
import { escapeXml } from "../text.ts";

/** Where lines meet a card: the height of its title. */
const MIDDLE = CARD.pad + CARD.title / 2 - 2;
const BEND = 8;

/** The lines of the tree. */
export const drawLinks = ({ links, places }: Layout): string =>
  links.map((link) => `<path class="link" d="${elbow(places[link.from]!, link)}"/>`).join("");

function elbow(from: Box, { to }: Link): string {
  const x = from.x + from.width;
  const y = from.y + MIDDLE;
  const end = to.y + MIDDLE;
  const turn = x + GAP.x / 2;
  if (Math.abs(end - y) < 1) return `M${x} ${y}H${to.x}`;
  const bend = Math.min(BEND, Math.abs(end - y) / 2);
  const down = end > y ? bend : -bend;
  return `M${x} ${y}H${turn - bend}q${bend} 0 ${bend} ${down}V${end - down}q0 ${down} ${bend} ${down}H${to.x}`;
}

/** The relations across branches. */
export function drawEdges({ edges, cards }: Graph, { places }: Layout): string {
  const index = new Map(cards.map(({ key }, at) => [key, at]));
  return edges
    .map(({ type, from, to }) => {
      const start = places[index.get(from) ?? -1];
      const end = places[index.get(to) ?? -1];
      if (start === undefined || end === undefined) return "";
      const name = type === "parent" ? "link" : type;
      return `<path class="${name}" data-from="${escapeXml(from)}" data-to="${escapeXml(to)}" d="${curve(start, end)}"/>`;
    })
    .join("");
}

/** One relation by itself, as a curve between two boxes; nothing where one stands in the other. */
export function drawRelation(type: "owner" | "parent", from: Box, to: Box): string {
  if (contains(to, from) || contains(from, to)) return "";
  return `<path class="${type === "owner" ? "owner" : "link"} shown" d="${curve(from, to)}"/>`;
}

const contains = (outer: Box, inner: Box): boolean =>
  outer.x <= inner.x &&
  outer.y <= inner.y &&
  outer.x + outer.width >= inner.x + inner.width &&
  outer.y + outer.height >= inner.y + inner.height;

/** A curve that leaves and arrives sideways: between facing sides, or along the left where none face. */
function curve(from: Box, to: Box): string {
  const y = from.y + Math.min(MIDDLE, from.height / 2);
  const endY = to.y + Math.min(MIDDLE + 10, to.height / 2);
  const isRight = from.x >= to.x + to.width;
  const isLeft = to.x >= from.x + from.width;
  const x = isLeft ? from.x + from.width : from.x;
  const end = isRight ? to.x + to.width : to.x;
  const pull = Math.max(40, isRight || isLeft ? Math.abs(end - x) / 2 : 0);
  const endPull = isRight ? pull : -pull;
  return `M${x} ${y}C${isLeft ? x + pull : x - pull} ${y} ${end + endPull} ${endY} ${end} ${endY}`;
}
