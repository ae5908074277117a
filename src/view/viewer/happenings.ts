/** What happened between two snapshots, in words for people. */
import type { Namespace, Process, Snapshot } from "../../ns/model.ts";
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

/** A number may be given anew to another namespace. */
const isSame = (a: Namespace, b: Namespace): boolean => a.kind === b.kind && a.serial === b.serial;

/** Namespaces that came and went, processes that moved, namespaces that are held in another way. */
export function happenings(before: Snapshot, after: Snapshot): Happening[] {
  if (before === after) return [];
  const old = factsOf(before);
  const now = factsOf(after);
  const list: Happening[] = [];
  for (const namespace of after.namespaces) {
    const { id } = namespace;
    const was = old.namespaces.get(id);
    const key = `ns:${id}`;
    if (was === undefined || !isSame(was, namespace)) {
      list.push({ what: "came", key, words: named(now, namespace) });
    } else if (was.processes.length > 0 && namespace.processes.length === 0) {
      list.push({ what: "moved", key, words: `${named(now, namespace)} has no process any more` });
    }
  }
  for (const namespace of before.namespaces) {
    const is = now.namespaces.get(namespace.id);
    if (is === undefined || !isSame(is, namespace)) {
      list.push({ what: "went", key: `ns:${namespace.id}`, words: named(old, namespace) });
    }
  }
  for (const process of after.processes) {
    const was = old.processes.get(process.pid);
    if (was === undefined || was === process || was.start !== process.start) continue;
    for (const id of movedInto(was, process)) {
      const namespace = now.namespaces.get(id);
      const where = namespace === undefined ? `[${id}]` : titleOf(namespace);
      list.push({
        what: "moved",
        key: `p:${process.pid}`,
        words: `${processWords(now, process.pid)} to ${where}`,
      });
    }
  }
  return list;
}

const movedInto = (before: Process, after: Process): number[] => {
  const was = new Set(Object.values(before.namespaces));
  return Object.values(after.namespaces).filter((id) => was.size > 0 && !was.has(id));
};
