/** User namespaces below their parents, each with what it owns, see user_namespaces(7). */

import type { Namespace, Snapshot } from "../model.ts";
import { acyclic, byKindAndId, type Growing, namespaceNode, namespacesById, unknownRoot } from "./build.ts";
import type { ForestOptions, NamespaceNode, Node } from "./nodes.ts";

/** The roots of that tree; below `?` stands what is owned by one out of reach. */
export function byOwner(snapshot: Snapshot, options: ForestOptions): Node[] {
  const { owned = true, folders = false, kinds } = options;
  const others = snapshot.namespaces
    .filter(({ kind }) => kind !== "user" && owned && (kinds?.includes(kind) ?? true))
    .sort(byKindAndId);
  const users = userTree(snapshot);
  const orphans: Node[] = [];
  for (const namespace of others) {
    const owner = users.nodes.get(namespace.owner ?? 0);
    (owner?.children ?? orphans).push(namespaceNode(namespace, "side"));
  }
  if (folders) {
    for (const [id, { children }] of users.nodes) children.splice(0, Infinity, ...foldered(children, id));
    orphans.splice(0, Infinity, ...foldered(orphans, null));
  }
  for (const { above, node } of users.below) above.children.push(node);
  return [...users.roots, ...unknownRoot("parent", users.lost), ...unknownRoot("owner", orphans)];
}

/** User namespaces, not put together yet: what each owns goes before those below it. */
export function userTree(snapshot: Snapshot) {
  const found = snapshot.namespaces.filter(({ kind }) => kind === "user");
  const nodes = new Map(found.map((user) => [user.id, namespaceNode(user, "next")]));
  const { roots, lost, below } = hang(found, nodes, namespacesById(snapshot));
  return { nodes, roots, lost, below };
}

/**
 * Where each of `found` belongs: below another, at the root, or among the `lost`, whose parent is out of
 * reach. A lone root needs nothing above it: it is the top of what can be seen.
 */
export function hang(
  found: readonly Namespace[],
  nodes: ReadonlyMap<number, Growing<NamespaceNode>>,
  byId: ReadonlyMap<number, Namespace>,
) {
  const parentOf = acyclic(nodes.keys(), (id) => {
    const parent = byId.get(id)?.parent ?? undefined;
    return parent !== undefined && nodes.has(parent) ? parent : undefined;
  });
  const below: { above: Growing<NamespaceNode>; node: Growing<NamespaceNode> }[] = [];
  const roots: Growing<NamespaceNode>[] = [];
  const lost: Growing<NamespaceNode>[] = [];
  for (const { id, initial } of found) {
    const node = nodes.get(id)!;
    const above = parentOf(id);
    if (above !== undefined) below.push({ above: nodes.get(above)!, node });
    else (initial ? roots : lost).push(node);
  }
  if (roots.length === 0 && lost.length === 1) roots.push(...lost.splice(0));
  return { roots, lost, below };
}

/** Where more than one of a kind stand together, they get a folder. */
function foldered(nodes: readonly Node[], owner: number | null): Node[] {
  const groups = Map.groupBy(nodes, (node) => (node.type === "namespace" ? node.kind : undefined));
  return [...groups].flatMap(([kind, children]): Node[] =>
    kind === undefined || children.length < 2
      ? children
      : [{ type: "folder", key: `folder:${owner ?? "?"}:${kind}`, kind, owner, children }],
  );
}
