/** The two kinds that have parents: user and PID namespaces, see NS_GET_PARENT in ioctl_ns(2). */

import type { Namespace, Snapshot } from "../model.ts";
import { type Growing, namespaceNode, namespacesById, unknownRoot } from "./build.ts";
import type { ForestOptions, NamespaceNode, Node } from "./nodes.ts";
import { hang, userTree } from "./owner.ts";

/** One tree for each kind; with `owners` one for both. */
export function byParent(snapshot: Snapshot, options: ForestOptions): Node[] {
  const { kinds = ["user", "pid"], owners = false } = options;
  const byId = namespacesById(snapshot);
  const pids = kinds.includes("pid") ? snapshot.namespaces.filter(({ kind }) => kind === "pid") : [];
  const nodes = new Map(pids.map((pid) => [pid.id, namespaceNode(pid, "next")]));
  const { roots, lost, below } = hang(pids, nodes, byId);
  if (owners) return belowOwners(snapshot, pids, nodes, byId);
  const users = kinds.includes("user") ? userTree(snapshot) : undefined;
  for (const { above, node } of [...(users?.below ?? []), ...below]) above.children.push(node);
  return [
    ...(users === undefined ? [] : [...users.roots, ...unknownRoot("parent", users.lost, ":user")]),
    ...roots,
    ...unknownRoot("parent", lost, ":pid"),
  ];
}

/** A PID namespace stands below its parent where both have the same owner, else below its owner. */
function belowOwners(
  snapshot: Snapshot,
  pids: readonly Namespace[],
  nodes: ReadonlyMap<number, Growing<NamespaceNode>>,
  byId: ReadonlyMap<number, Namespace>,
): Node[] {
  const users = userTree(snapshot);
  const { roots, lost, below } = hang(pids, nodes, byId);
  const homeless: Node[] = [];
  const put = (node: Growing<NamespaceNode>, otherwise: Node[]) => {
    const owner = users.nodes.get(byId.get(node.id)?.owner ?? 0);
    (owner?.children ?? otherwise).push(node);
  };
  for (const node of [...roots, ...lost]) put(node, homeless);
  for (const { above, node } of below) {
    const same = byId.get(above.id)?.owner === byId.get(node.id)?.owner;
    if (same) above.children.push(node);
    else put(node, above.children);
  }
  for (const { above, node } of users.below) above.children.push(node);
  return [...users.roots, ...unknownRoot("parent", users.lost), ...unknownRoot("owner", homeless)];
}
