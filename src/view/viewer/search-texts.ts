/** What a search looks in: ids, kinds, processes, containers, users, paths, as tooltips have them. */
import type { Graph } from "../graph/graph.ts";

/** The text of each card and chip by its key, in small letters. */
export function searchTexts({ cards }: Graph): Map<string, string> {
  const texts = new Map<string, string>();
  for (const { key, title, lines, marks, tip, groups } of cards) {
    texts.set(key, [title, ...lines, ...marks, ...tip].join("\n").toLowerCase());
    for (const { chips } of groups) {
      for (const chip of chips) {
        texts.set(chip.key, [chip.title, chip.label, ...chip.marks, ...chip.tip].join("\n").toLowerCase());
      }
    }
  }
  return texts;
}
