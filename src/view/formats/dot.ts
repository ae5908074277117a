/** Graphviz's language, see https://graphviz.org/doc/info/lang.html. */
import { KIND_STYLES } from "../../ns/kind-styles.ts";
import type { KindName } from "../../ns/kinds.ts";
import type { Graph } from "../graph/graph.ts";
import { clip, plain } from "../text.ts";
import { type Item, itemsOf, type Line, linesOf } from "./relations.ts";

const SHAPES: Readonly<Record<KindName, string>> = {
  user: "ellipse",
  mnt: "box",
  pid: "hexagon",
  net: "diamond",
  uts: "house",
  ipc: "parallelogram",
  cgroup: "octagon",
  time: "doublecircle",
};

const OTHER_SHAPES: Readonly<Record<Exclude<Item["type"], "namespace">, string>> = {
  process: "component",
  thread: "note",
  container: "box3d",
  device: "cds",
  unknown: "plaintext",
};

const LINE_STYLES: Readonly<Record<Line["type"], string>> = {
  parent: "solid",
  owner: "dashed",
  inside: "dotted",
  cable: "bold",
};

const WIDTH = 60;

/** In quotes; a backslash, a quote and an entity stand for themselves. */
const quote = (text: string): string =>
  `"${text.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/&/g, "&amp;")}"`;

/** Several lines in one label. */
const label = (lines: readonly string[]): string =>
  `"${lines.map((line) => quote(clip(line, WIDTH)).slice(1, -1)).join("\\n")}"`;

/** `graph` in DOT. Lines lead from what stands above to what stands below; arrows would only crowd it. */
export function toDot(graph: Graph, title: string): string {
  const items = itemsOf(graph);
  const names = new Map(items.map(({ key }, index) => [key, `n${index}`]));
  const nodes = items.map((item) => `  ${names.get(item.key)} [${attributes(item)}];`);
  const edges = linesOf(graph).map(
    ({ type, from, to }) => `  ${names.get(to)} -> ${names.get(from)} [style=${LINE_STYLES[type]}];`,
  );
  return [
    "digraph namespaces {",
    `  graph [rankdir=LR, label=${quote(plain(title))}, fontname="sans-serif"];`,
    '  node [fontname="monospace", fontsize=10];',
    "  edge [dir=none];",
    ...nodes,
    ...edges,
    "}\n",
  ].join("\n");
}

function attributes({ type, kind, title, lines, marks, alive, tip }: Item): string {
  const words = marks.length > 0 ? [`(${marks.join(", ")})`] : [];
  const shape =
    type === "namespace" && kind !== null ? SHAPES[kind] : type === "namespace" ? "box" : OTHER_SHAPES[type];
  const color = kind === null ? "" : `, color="${KIND_STYLES[kind].light}"`;
  const tooltip = label(tip);
  return `label=${label([title, ...lines, ...words])}, shape=${shape}${color}${alive ? "" : ", style=dashed"}, tooltip=${tooltip}`;
}
