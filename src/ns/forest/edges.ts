/** What relates the nodes of a forest across its branches. */

import type { Snapshot } from "../model.ts";
import { namespacesById } from "./build.ts";
import { type Edge, type Node, walk } from "./nodes.ts";

/** Owners and parents of the namespaces in `roots`, as far as they stand in it and are not the node above. */
export function edgesOf(snapshot: Snapshot, roots: readonly Node[]): Edge[] {
  const namespaces = namespacesById(snapshot);
  const keys = new Map<number, string>();
  const above = new Map<string, Node>();
  for (const { node } of walk(roots)) {
    if (node.type === "namespace" && node.place !== "again") keys.set(node.id, node.key);
    for (const child of node.children) above.set(child.key, node);
  }
  const edges: Edge[] = [];
  for (const [id, from] of keys) {
    const namespace = namespaces.get(id);
    if (namespace === undefined) continue;
    const { owner, parent, kind } = namespace;
    const add = (type: Edge["type"], other: number | null) => {
      const to = keys.get(other ?? 0);
      if (to !== undefined && to !== from && !isBelow(above, from, to)) edges.push({ type, from, to });
    };
    // A user namespace is owned by its parent: one relation, said once.
    if (kind !== "user") add("owner", owner);
    add("parent", parent);
  }
  return edges;
}

/** Whether `key` is a child of `other`, folders not counted. */
function isBelow(above: ReadonlyMap<string, Node>, key: string, other: string): boolean {
  let node = above.get(key);
  if (node?.type === "folder") node = above.get(node.key);
  return node?.key === other;
}
