/** One card as SVG. */
import type { KindName } from "../../ns/kinds.ts";
import type { Card, Chip } from "../graph/graph.ts";
import { chipAt, headHeight } from "../layout/card.ts";
import type { Place } from "../layout/layout.ts";
import { CARD, CHIP, FONT, fitting, MARK, markWidth, textWidth } from "../layout/measures.ts";
import { clip, escapeLines, escapeXml } from "../text.ts";
import { kindSign, plainSign } from "./signs.ts";

/** `card` at its place. */
export function drawCard(card: Card, { x, y, width, height, size }: Place): string {
  const { kind, type, title, lines, marks, tip, key } = card;
  const classes = ["card", type, ...(kind === null ? [] : [`k-${kind}`]), ...(card.alive ? [] : ["empty"])];
  const middle = CARD.pad + CARD.title / 2 - 2;
  const left = CARD.pad + CARD.sign / 2;
  const room = width - 2 * CARD.pad;
  const parts = [
    `<g class="${classes.join(" ")}" data-key="${escapeXml(key)}" transform="translate(${x} ${y})">`,
    `<title>${escapeLines(tip)}</title>`,
    `<rect class="box" width="${width}" height="${height}" rx="${kind === "pid" ? 2 : 9}"/>`,
    kind === null || type !== "namespace"
      ? plainSign(type === "namespace" ? "unknown" : type, left, middle, 9)
      : kindSign(kind, left, middle, 10),
    text("title", CARD.pad + CARD.sign + 8, CARD.pad + 14, title, room - CARD.sign - 8, FONT.title),
    ...lines.map((line, at) =>
      text(
        at === 0 ? "say first" : "say",
        CARD.pad,
        CARD.pad + CARD.title + 13 + at * CARD.line,
        line,
        room,
        FONT.line,
      ),
    ),
    drawMarks(marks, headHeight(card) - MARK.height),
  ];
  card.groups.forEach(({ kind: name, chips }, at) => {
    const top = size.groups[at]!;
    if (at === 0) {
      const line = top - CARD.rule / 2;
      parts.push(`<path class="rule" d="M${CARD.pad} ${line}H${width - CARD.pad}"/>`);
    }
    if (name !== null) parts.push(drawKind(name, chips.length, top + 15));
    chips.forEach((chip, index) => {
      const { x: left, y: up } = chipAt(card, size, at, index);
      parts.push(drawChip(chip, left, up));
    });
  });
  parts.push("</g>");
  return parts.join("");
}

function text(name: string, x: number, y: number, value: string, room: number, size: number): string {
  return `<text class="${name}" x="${x}" y="${y}">${escapeXml(clip(value, fitting(room, size)))}</text>`;
}

/** The name of a kind to the left of its chips, and how many there are. */
function drawKind(kind: KindName, count: number, y: number): string {
  const name = `<text class="kind" x="${CARD.pad}" y="${y}">${kind}</text>`;
  const number = `<text class="kind count end" x="${CARD.pad + CHIP.gutter - 12}" y="${y}">${count}</text>`;
  return `<g class="k-${kind}">${name}${count > 1 ? number : ""}</g>`;
}

function drawMarks(marks: readonly string[], y: number): string {
  let x: number = CARD.pad;
  return marks
    .map((word) => {
      const width = markWidth(word);
      const at = x;
      x += width + MARK.gap;
      return `<g class="mark"><rect x="${at + 0.5}" y="${y + 0.5}" width="${width.toFixed(1)}" height="${MARK.height}" rx="8"/><text x="${at + MARK.pad}" y="${y + 12}">${escapeXml(word)}</text></g>`;
    })
    .join("");
}

/** What a chip need not say in words: it is drawn otherwise. */
const DRAWN = "no process";

function drawChip(
  { key, kind, text: number, label, marks, alive, tip, again }: Chip,
  x: number,
  y: number,
): string {
  const [mark = "", ...more] = marks.filter((word) => word !== DRAWN);
  const note = more.length > 0 ? `${mark}+${more.length}` : mark;
  const start = 8 + CHIP.sign + 5;
  const behind = start + textWidth(number.length, FONT.chip) + 8;
  const room = CHIP.width - behind - 8 - (note === "" ? 0 : textWidth(note.length, FONT.mark) + 6);
  const classes = `chip k-${kind}${alive ? "" : " empty"}${again ? " again" : ""}`;
  const name = clip(label, Math.max(1, fitting(room, FONT.chip)));
  return [
    `<g class="${classes}" data-key="${escapeXml(key)}" transform="translate(${x} ${y})">`,
    `<title>${escapeLines(tip)}</title>`,
    `<rect class="box" width="${CHIP.width}" height="${CHIP.height}" rx="5"/>`,
    kindSign(kind, 8 + CHIP.sign / 2, CHIP.height / 2, 7),
    `<text class="id" x="${start}" y="15">${escapeXml(number)}</text>`,
    name === "" ? "" : `<text class="name" x="${behind.toFixed(1)}" y="15">${escapeXml(name)}</text>`,
    note === "" ? "" : `<text class="mark end" x="${CHIP.width - 7}" y="15">${escapeXml(note)}</text>`,
    "</g>",
  ].join("");
}
