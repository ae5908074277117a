/** What the makers of all hierarchies share: nodes that grow, order, and parents without cycles. */

import { KINDS, type KindName } from "../kinds.ts";
import type { Namespace, Process, Snapshot } from "../model.ts";
import type { NamespaceNode, Node, UnknownNode } from "./nodes.ts";

/** A node while its children are still being found. */
export type Growing<T extends Node = Node> = T & { readonly children: Node[] };

const RANK = Object.fromEntries(KINDS.map(({ name }, index) => [name, index])) as Readonly<
  Record<KindName, number>
>;

/** By kind, in the order of the table, then by id. */
export const byKindAndId = (a: Namespace, b: Namespace): number => RANK[a.kind] - RANK[b.kind] || a.id - b.id;

/** The node of a namespace. `where` tells apart those of one that stands more than once. */
export const namespaceNode = (
  { kind, id }: Namespace,
  place: "next" | "side" | "again",
  where = "",
): Growing<NamespaceNode> => ({ type: "namespace", key: `ns:${id}${where}`, kind, id, place, children: [] });

/** The root above what has none, with those; nothing where there is nothing to put below. */
export const unknownRoot = (what: UnknownNode["what"], children: Node[], of = ""): Node[] =>
  children.length === 0 ? [] : [{ type: "unknown", key: `?${what}${of}`, what, children }];

/** Namespaces by id. */
export const namespacesById = ({ namespaces }: Snapshot): Map<number, Namespace> =>
  new Map(namespaces.map((namespace) => [namespace.id, namespace]));

/** Processes by PID. */
export const processesByPid = ({ processes }: Snapshot): Map<number, Process> =>
  new Map(processes.map((process) => [process.pid, process]));

/**
 * `parentOf` with every cycle cut. There is none in a kernel; but two processes that were not read at the
 * same moment may claim each other, and a dump may say anything.
 */
export function acyclic<Key>(
  keys: Iterable<Key>,
  parentOf: (key: Key) => Key | undefined,
): (key: Key) => Key | undefined {
  const done = new Set<Key>();
  const cut = new Set<Key>();
  for (const key of keys) {
    const path = new Set<Key>();
    let at: Key | undefined = key;
    while (at !== undefined && !done.has(at)) {
      path.add(at);
      const next: Key | undefined = parentOf(at);
      if (next !== undefined && path.has(next)) {
        cut.add(at);
        break;
      }
      at = next;
    }
    for (const one of path) done.add(one);
  }
  return (key) => (cut.has(key) ? undefined : parentOf(key));
}
