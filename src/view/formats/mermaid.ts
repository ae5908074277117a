/** Mermaid's flowcharts, see https://mermaid.js.org/syntax/flowchart.html. */
import { KIND_STYLES } from "../../ns/kind-styles.ts";
import { KINDS, type KindName } from "../../ns/kinds.ts";
import type { Graph } from "../graph/graph.ts";
import { clip } from "../text.ts";
import { type Item, itemsOf, type Line, linesOf } from "./relations.ts";

/** What stands around the text of a node: its shape. */
const SHAPES: Readonly<Record<KindName, readonly [string, string]>> = {
  user: ["([", "])"],
  mnt: ["[", "]"],
  pid: ["{{", "}}"],
  net: ["{", "}"],
  uts: ["[/", "\\]"],
  ipc: ["[/", "/]"],
  cgroup: ["[[", "]]"],
  time: ["((", "))"],
};

const LINES: Readonly<Record<Line["type"], string>> = {
  parent: "---",
  owner: "-.-",
  inside: "---",
  cable: "===",
};

const WIDTH = 60;

/** Whatever may mean something to Mermaid, Markdown or HTML becomes the code of its character. */
const encoded = (text: string): string =>
  clip(text, WIDTH).replace(/[^\p{L}\p{N} .,:()/_+…-]/gu, (character) => `#${character.codePointAt(0)};`);

/** `graph` as a flowchart. */
export function toMermaid(graph: Graph, title: string): string {
  const items = itemsOf(graph);
  const names = new Map(items.map(({ key }, index) => [key, `n${index}`]));
  const classes = KINDS.map(
    ({ name }) => `  classDef ${name} stroke:${KIND_STYLES[name].light},stroke-width:2px`,
  );
  return [
    "flowchart LR",
    `  accTitle: ${encoded(title)}`,
    ...items.map((item) => `  ${names.get(item.key)}${node(item)}`),
    ...linesOf(graph).map(({ type, from, to }) => `  ${names.get(to)} ${LINES[type]} ${names.get(from)}`),
    ...classes,
    "  classDef empty stroke-dasharray:4 3\n",
  ].join("\n");
}

function node({ kind, type, title, lines, marks, alive }: Item): string {
  const [open, close] = kind === null || type !== "namespace" ? ["(", ")"] : SHAPES[kind];
  const words = marks.length > 0 ? [`(${marks.join(", ")})`] : [];
  const style = alive ? (kind ?? "") : "empty";
  return `${open}"${[title, ...lines, ...words].map(encoded).join("<br/>")}"${close}${style === "" ? "" : `:::${style}`}`;
}
