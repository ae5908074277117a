/** The legend below a picture: the signs that are in it, and what marks and lines mean. */
import { KINDS, type KindName } from "../../ns/kinds.ts";
import type { Graph } from "../graph/graph.ts";
import { escapeXml } from "../text.ts";
import { kindSign } from "./signs.ts";

/** What each mark means. */
const MARKS: Readonly<Record<string, string>> = {
  initial: "made with the kernel",
  bind: "held by a bind mount",
  fd: "held by a descriptor",
  socket: "held by a socket",
  thread: "a thread is in it",
  children: "for a process's children",
};

const ROW = 26;
const SIZE = 12;

/** About how wide `words` are in a font that is not monospaced. */
function widthOf(words: string): number {
  let ems = 0;
  for (const letter of words)
    ems += /[ijlIt:.,'() f]/.test(letter) ? 0.37 : /[mwMWN]/.test(letter) ? 0.92 : 0.62;
  return ems * SIZE;
}

/** The legend as SVG, and how high it is; it is as wide as `width` at most. */
export function drawLegend(graph: Graph, width: number): { readonly svg: string; readonly height: number } {
  const { kinds, marks, isEmpty } = contentsOf(graph);
  const items: { svg: string; width: number }[] = [];
  const add = (sign: string, signWidth: number, words: string) => {
    const label = `<text class="words" x="${signWidth + 8}" y="4">${escapeXml(words)}</text>`;
    items.push({ svg: sign + label, width: signWidth + 8 + widthOf(words) + 22 });
  };
  for (const { name, title } of KINDS) {
    if (!kinds.has(name)) continue;
    const words = title.toLowerCase() === name ? name : `${name} (${title})`;
    add(`<g class="k-${name}">${kindSign(name, 9, 0, 8)}</g>`, 18, words);
  }
  const line = (name: string) => `<path class="${name}" d="M0 0H28"/>`;
  if (graph.cards.some(({ above }) => above >= 0))
    add(line("link"), 28, graph.by === "network" ? "has, or is a port of it" : "parent");
  if (graph.edges.some(({ type }) => type === "owner")) add(line("owner"), 28, "owner");
  if (graph.edges.some(({ type }) => type === "cable")) add(line("cable"), 28, "cable, or over it");
  if (isEmpty)
    add(
      `<g class="chip empty k-mnt"><rect class="box" y="-8" width="28" height="16" rx="4"/></g>`,
      28,
      "no process",
    );
  for (const [word, meaning] of Object.entries(MARKS)) {
    if (marks.has(word)) add("", -8, `${word}: ${meaning}`);
  }
  let x = 0;
  let y = ROW / 2;
  const placed = items.map((item) => {
    if (x > 0 && x + item.width > width) {
      x = 0;
      y += ROW;
    }
    const at = x;
    x += item.width;
    return `<g transform="translate(${at} ${y})">${item.svg}</g>`;
  });
  return { svg: `<g class="legend">${placed.join("")}</g>`, height: y + ROW / 2 };
}

function contentsOf({ cards }: Graph) {
  const kinds = new Set<KindName>();
  const marks = new Set<string>();
  for (const card of cards) {
    if (card.kind !== null) kinds.add(card.kind);
    for (const mark of card.marks) marks.add(mark);
    for (const { chips } of card.groups) {
      for (const chip of chips) {
        kinds.add(chip.kind);
        for (const mark of chip.marks) marks.add(mark);
      }
    }
  }
  return { kinds, marks, isEmpty: marks.has("no process") };
}
