/**
 * What a picture shows, before it has places: cards in a tree, chips in the cards, edges across. Made of a
 * forest. Pure data, and the same code in nsbox and in the browser.
 */
import { type Edge, type Forest, type Hierarchy, type Node, walk } from "../../ns/forest.ts";
import type { KindName } from "../../ns/kinds.ts";
import { KINDS } from "../../ns/kinds.ts";
import { contentOf } from "./cards.ts";
import { type Facts, labelOf, marksOf, namespaceLines, titleOf } from "./facts.ts";

/** What a card or chip stands for. */
export type Subject = Node["type"];

/** A namespace that is drawn small, within the card of what owns it or is in it. */
export interface Chip {
  /** That of the node: the same in the next picture while the thing lives. */
  readonly key: string;
  readonly kind: KindName;
  readonly id: number;
  /** `net:[4026531840]`. */
  readonly title: string;
  /** What is shown of it: its number where the kind stands beside it, else the title. */
  readonly text: string;
  readonly label: string;
  readonly marks: readonly string[];
  /** A process is in it. */
  readonly alive: boolean;
  /** It stands elsewhere as well; this is not the first place. */
  readonly again: boolean;
  /** The tooltip. */
  readonly tip: readonly string[];
}

/** Chips in a card: those of one kind, or (null) those of all kinds, one after the other. */
export interface Group {
  readonly kind: KindName | null;
  readonly chips: readonly Chip[];
}

/** A box: a namespace with others below it, a process, a thread, a container. */
export interface Card {
  readonly key: string;
  readonly type: Exclude<Subject, "folder"> | "device";
  /** Of a namespace. */
  readonly kind: KindName | null;
  readonly title: string;
  /** What stands below the title, a line each. */
  readonly lines: readonly string[];
  readonly marks: readonly string[];
  readonly alive: boolean;
  readonly tip: readonly string[];
  readonly groups: readonly Group[];
  /** Indexes into `cards`; `above` is -1 at a root, and always smaller than the card's own. */
  readonly above: number;
  readonly below: readonly number[];
}

/** A relation between two cards. `cable`: two ends of a pair of network devices, or one device over another. */
export interface Across extends Omit<Edge, "type"> {
  readonly type: Edge["type"] | "cable";
}

/** A picture without places. */
export interface Graph {
  readonly by: Hierarchy | "network";
  /** Those above before those below them. */
  readonly cards: readonly Card[];
  /** Relations between cards that the tree does not show. */
  readonly edges: readonly Across[];
}

/** A namespace that no tree goes on from is a chip of the card above it. */
const isChip = (node: Node): boolean =>
  node.type === "namespace" && node.place !== "next" && node.children.length === 0;

/** The graph of `forest`. Time and memory grow with its size. */
export function graphOf(facts: Facts, forest: Forest): Graph {
  const cards: (Card & { readonly below: number[] })[] = [];
  const indexes = new Map<Node, number>();
  const above = new Map<Node, number>();
  for (const { node } of walk(forest.roots)) {
    const up = above.get(node) ?? -1;
    // A folder is no card: its chips are a group of their own in the card above anyway.
    if (node.type === "folder") {
      for (const child of node.children) above.set(child, up);
      continue;
    }
    if (up >= 0 && isChip(node)) continue;
    const index = cards.length;
    indexes.set(node, index);
    for (const child of node.children) above.set(child, index);
    if (up >= 0) cards[up]!.below.push(index);
    const content = contentOf(facts, node);
    const leaves = node.children.flatMap((child) => (child.type === "folder" ? child.children : [child]));
    cards.push({
      key: node.key,
      ...content,
      groups: isMixed(node) ? mixed(facts, leaves, content.title) : groupsOf(facts, leaves),
      above: up,
      below: [],
    });
  }
  const keys = new Set(cards.map(({ key }) => key));
  const edges = forest.edges.filter(({ from, to }) => keys.has(from) && keys.has(to));
  return { by: forest.by, cards, edges };
}

/** A process and a thread are in one namespace of each kind: no group is worth a line of its own. */
const isMixed = ({ type }: Node): boolean => type === "process" || type === "thread";

function mixed(facts: Facts, nodes: readonly Node[], title: string): Group[] {
  const chips = nodes
    .filter(isChip)
    .flatMap((node) => chipOf(facts, node))
    .map((chip) => ({ ...chip, text: chip.title, label: chip.label === title ? "" : chip.label }));
  return chips.length === 0 ? [] : [{ kind: null, chips }];
}

function groupsOf(facts: Facts, nodes: readonly Node[]): Group[] {
  const byKind = Map.groupBy(nodes.filter(isChip), (node) =>
    node.type === "namespace" ? node.kind : "user",
  );
  return KINDS.flatMap(({ name: kind }) => {
    const chips = (byKind.get(kind) ?? []).flatMap((node) => chipOf(facts, node));
    return chips.length === 0 ? [] : [{ kind, chips }];
  });
}

function chipOf(facts: Facts, node: Node): Chip[] {
  if (node.type !== "namespace") return [];
  const { key, kind, id } = node;
  const base = { key, kind, id, title: titleOf(node), text: String(id), again: node.place === "again" };
  const namespace = facts.namespaces.get(id);
  if (namespace === undefined) return [{ ...base, label: "?", marks: [], alive: false, tip: [base.title] }];
  return [
    {
      ...base,
      label: labelOf(facts, namespace),
      marks: marksOf(namespace),
      alive: namespace.processes.length > 0,
      tip: namespaceLines(facts, namespace),
    },
  ];
}
