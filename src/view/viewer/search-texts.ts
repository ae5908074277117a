/** What a search looks in: ids, kinds, processes, containers, users, paths, as tooltips have them. */
import { type Facts, labelOf, marksOf, namespaceLines, titleOf } from "../graph/facts.ts";
import type { Card, Graph } from "../graph/graph.ts";

/** Most processes are in the namespaces that the kernel made: naming one does not ask for these. */
const isCrowd = (line: string): boolean => /^\d[\d,]* processes: /.test(line);

function textOf(
  { title, marks, tip }: Pick<Card, "title" | "marks" | "tip">,
  more: readonly string[],
): string {
  const lines = marks.includes("initial") ? tip.filter((line) => !isCrowd(line)) : tip;
  return [title, ...more, ...marks, ...lines].join("\n").toLowerCase();
}

/** The text of each namespace of `facts` by the key of its row. */
export const rowTexts = (facts: Facts): Map<string, string> =>
  new Map(
    facts.snapshot.namespaces.map((namespace) => {
      const words = {
        title: titleOf(namespace),
        marks: marksOf(namespace),
        tip: namespaceLines(facts, namespace),
      };
      return [`ns:${namespace.id}`, textOf(words, [labelOf(facts, namespace)])];
    }),
  );

/** The text of each card and chip by its key, in small letters. */
export function searchTexts({ cards }: Graph): Map<string, string> {
  const texts = new Map<string, string>();
  for (const card of cards) {
    texts.set(card.key, textOf(card, card.lines));
    for (const { chips } of card.groups)
      for (const chip of chips) texts.set(chip.key, textOf(chip, [chip.label]));
  }
  return texts;
}
