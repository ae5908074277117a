/** The sign of each kind: a shape of its own with its letter in it, so that no colour is needed to tell them apart. */
import { KIND_STYLES } from "../../ns/kind-styles.ts";
import type { KindName } from "../../ns/kinds.ts";
import type { Card } from "../graph/graph.ts";

/** Corners around the middle, for a sign of radius 1. */
const CORNERS: Readonly<Partial<Record<KindName, readonly (readonly [number, number])[]>>> = {
  pid: [
    [-1.08, 0],
    [-0.54, -0.94],
    [0.54, -0.94],
    [1.08, 0],
    [0.54, 0.94],
    [-0.54, 0.94],
  ],
  net: [
    [0, -1.22],
    [1.22, 0],
    [0, 1.22],
    [-1.22, 0],
  ],
  uts: [
    [0, -1.12],
    [1.02, -0.3],
    [0.84, 0.96],
    [-0.84, 0.96],
    [-1.02, -0.3],
  ],
  ipc: [
    [-1.16, 0.86],
    [-0.62, -0.86],
    [1.16, -0.86],
    [0.62, 0.86],
  ],
  cgroup: [
    [-0.42, -1],
    [0.42, -1],
    [1, -0.42],
    [1, 0.42],
    [0.42, 1],
    [-0.42, 1],
    [-1, 0.42],
    [-1, -0.42],
  ],
};

const fixed = (value: number): string => String(Math.round(value * 10) / 10);

function shape(kind: KindName, x: number, y: number, radius: number): string {
  const corners = CORNERS[kind];
  if (corners !== undefined) {
    const points = corners.map(([dx, dy]) => `${fixed(x + dx * radius)},${fixed(y + dy * radius)}`).join(" ");
    return `<polygon class="shape" points="${points}"/>`;
  }
  if (kind === "mnt") {
    const side = fixed(radius * 1.84);
    const at = (middle: number) => fixed(middle - radius * 0.92);
    return `<rect class="shape" x="${at(x)}" y="${at(y)}" width="${side}" height="${side}" rx="2"/>`;
  }
  const circle = (by: number, name: string) =>
    `<circle class="${name}" cx="${fixed(x)}" cy="${fixed(y)}" r="${fixed(radius * by)}"/>`;
  return kind === "time" ? circle(0.82, "shape") + circle(1.08, "ring") : circle(1, "shape");
}

/** The sign of `kind` around (`x`, `y`). */
export function kindSign(kind: KindName, x: number, y: number, radius: number): string {
  const size = fixed(radius * 1.25);
  const letter = `<text class="letter" x="${fixed(x)}" y="${fixed(y + radius * 0.44)}" font-size="${size}">${KIND_STYLES[kind].sign}</text>`;
  return shape(kind, x, y, radius) + letter;
}

/** Lines for what is no namespace, for a radius of 1. */
const STROKES: Readonly<Record<Exclude<Card["type"], "namespace">, string>> = {
  process: "M-.9-.7h1.8v1.4h-1.8z M-.5-.25l.35.3-.35.3 M.1.4h.4",
  thread: "M-.9 0c.3-.9.6-.9.9 0s.6.9.9 0",
  container: "M-.95-.5 0-.95.95-.5V.5L0 .95-.95.5z M-.95-.5 0-.05.95-.5 M0-.05V.95",
  device: "M-.9-.6h1.8v1.2h-1.8z M-.55.6v.35 M0 .6v.35 M.55.6v.35 M-.5-.15h1",
  unknown: "M-.45-.45c0-.7 1-.7 1 0 0 .45-.55.4-.55.85 M0 .75v.05",
};

/** The sign of a card that stands for no namespace. */
export const plainSign = (
  type: Exclude<Card["type"], "namespace">,
  x: number,
  y: number,
  radius: number,
): string =>
  `<path class="stroke" vector-effect="non-scaling-stroke" transform="translate(${fixed(x)} ${fixed(y)}) scale(${fixed(radius)})" d="${STROKES[type]}"/>`;
