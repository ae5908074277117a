/** A whole picture as SVG: complete without any script, in light and dark, and on paper. */
import type { Facts } from "../graph/facts.ts";
import type { Graph } from "../graph/graph.ts";
import { type Layout, layoutOf } from "../layout/layout.ts";
import { clip, escapeXml } from "../text.ts";
import { drawCard } from "./card.ts";
import { headOf } from "./head.ts";
import { drawLegend } from "./legend.ts";
import { drawEdges, drawLinks } from "./lines.ts";
import { pictureStyles } from "./styles.ts";

const MARGIN = 28;
const HEAD = 62;
const LEAST = 560;
/** A letter of the line below the title is no wider than this, on the average. */
const LETTER = 7;

/** The drawing alone: frames, lines and cards, with its upper left corner at 0, 0. */
export const drawWorld = (graph: Graph, layout: Layout): string =>
  [
    ...layout.frames.map(
      ({ x, y, width, height, of, count }) =>
        `<g class="frame" transform="translate(${x} ${y})"><rect width="${width}" height="${height}" rx="12"/><text x="18" y="18">${count} below ${escapeXml(clip(graph.cards[of]!.title, 40))}</text></g>`,
    ),
    drawLinks(layout),
    drawEdges(graph, layout),
    ...graph.cards.map((card, index) => drawCard(card, layout.places[index]!)),
  ].join("");

/** The picture as a file of its own; without `styles` for a page that has them. */
export function drawSvg(facts: Facts, graph: Graph, styles = true): string {
  const layout = layoutOf(graph);
  const { title, sub } = headOf(facts, graph.by);
  const inner = Math.max(LEAST, layout.width, sub.length * LETTER);
  const legend = drawLegend(graph, inner);
  const width = Math.ceil(inner + 2 * MARGIN);
  const height = Math.ceil(HEAD + MARGIN + layout.height + MARGIN + legend.height + MARGIN);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="picture" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="picture-title picture-text">`,
    `<title id="picture-title">${escapeXml(title)}</title>`,
    `<desc id="picture-text">${escapeXml(sub)}</desc>`,
    ...(styles ? [`<style>\n${pictureStyles(false)}\n</style>`] : []),
    `<rect class="ground" width="100%" height="100%"/>`,
    `<text class="head" x="${MARGIN}" y="${MARGIN + 18}">${escapeXml(clip(title, 80))}</text>`,
    `<text class="sub" x="${MARGIN}" y="${MARGIN + 40}">${escapeXml(sub)}</text>`,
    `<g transform="translate(${MARGIN} ${HEAD + MARGIN})">${drawWorld(graph, layout)}</g>`,
    `<g transform="translate(${MARGIN} ${HEAD + MARGIN + layout.height + MARGIN})">${legend.svg}</g>`,
    "</svg>\n",
  ].join("\n");
}
