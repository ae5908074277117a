/** What happened between two snapshots, in words for people. */
import type { Namespace, Process, Snapshot } from "../../ns/model.ts";
import { changes } from "../../ns/watch.ts";
import { type Facts, factsOf, labelOf, processWords, titleOf } from "../graph/facts.ts";

/** One thing that happened. */
export interface Happening {
  readonly what: "came" | "went" | "moved";
  /** What to select for it. */
  readonly key: string;
  readonly words: string;
}

const named = (facts: Facts, namespace: Namespace): string =>
  `${titleOf(namespace)} ${labelOf(facts, namespace)}`.trim();

/** Namespaces that came and went, those that lost their last process, processes that moved. */
export function happenings(before: Snapshot, after: Snapshot): Happening[] {
  if (before === after) return [];
  const old = factsOf(before);
  const now = factsOf(after);
  const { namespaces, processes } = changes(before, after);
  return [
    ...namespaces.came.map((one) => ({ what: "came", key: keyOf(one), words: named(now, one) }) as const),
    ...namespaces.changed
      .filter((change) => change.before.leader !== null && change.after.leader === null)
      .map((change) => ({
        what: "moved" as const,
        key: keyOf(change.after),
        words: `${named(now, change.after)} has no process any more`,
      })),
    ...namespaces.went.map((one) => ({ what: "went", key: keyOf(one), words: named(old, one) }) as const),
    ...processes.changed.flatMap((change) => moves(now, change.before, change.after)),
  ];
}

const keyOf = ({ id }: Namespace): string => `ns:${id}`;

const moves = (facts: Facts, before: Process, after: Process): Happening[] =>
  movedInto(before, after).map((id) => {
    const namespace = facts.namespaces.get(id);
    const where = namespace === undefined ? `[${id}]` : titleOf(namespace);
    return { what: "moved", key: `p:${after.pid}`, words: `${processWords(facts, after.pid)} to ${where}` };
  });

const movedInto = (before: Process, after: Process): number[] => {
  const was = new Set(Object.values(before.namespaces));
  return Object.values(after.namespaces).filter((id) => was.size > 0 && !was.has(id));
};
