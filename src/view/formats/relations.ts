/** A graph as a plain list of nodes and lines, which the formats of other programs are written from. */
import type { KindName } from "../../ns/kinds.ts";
import type { Card, Chip, Graph } from "../graph/graph.ts";

/** A card or chip. */
export interface Item {
  readonly key: string;
  readonly type: Card["type"];
  readonly kind: KindName | null;
  readonly title: string;
  /** What stands below the title. */
  readonly lines: readonly string[];
  readonly marks: readonly string[];
  readonly alive: boolean;
  readonly tip: readonly string[];
  /** The key of the one above it in the tree. */
  readonly above: string | null;
}

/**
 * `parent`: `to` is the parent, or stands above in the tree; `owner`: `to` owns it; `inside`: `to`, a process,
 * thread or container, is in it; `cable`: two ends of a pair of network devices, or one over the other.
 */
export interface Line {
  readonly type: "parent" | "owner" | "inside" | "cable";
  readonly from: string;
  readonly to: string;
}

/** The nodes of `graph`, those above first. */
export const itemsOf = ({ cards }: Graph): Item[] =>
  cards.flatMap((card): Item[] => {
    const { key, type, kind, title, lines, marks, alive, tip, above } = card;
    const own = { key, type, kind, title, lines, marks, alive, tip, above: cards[above]?.key ?? null };
    return [own, ...card.groups.flatMap(({ chips }) => chips.map((chip) => fromChip(chip, key)))];
  });

const fromChip = ({ key, kind, title, label, marks, alive, tip }: Chip, above: string): Item => ({
  key,
  type: "namespace",
  kind,
  title,
  lines: label === "" ? [] : [label],
  marks,
  alive,
  tip,
  above,
});

/** The lines of `graph`: those of the tree, then those across. */
export function linesOf(graph: Graph): Line[] {
  const tree = graph.cards.flatMap(({ key, type, above, groups }): Line[] => {
    const up = graph.cards[above];
    const own: Line[] = up === undefined ? [] : [{ type: "parent", from: key, to: up.key }];
    const relation = type === "namespace" || type === "unknown" ? "owner" : "inside";
    const chips = groups.flatMap(({ chips: all }) => all);
    return [...own, ...chips.map((chip): Line => ({ type: relation, from: chip.key, to: key }))];
  });
  return [...tree, ...graph.edges.map(({ type, from, to }): Line => ({ type, from, to }))];
}
