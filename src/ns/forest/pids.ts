/** Processes in the tree of PID namespaces, see pid_namespaces(7). */

import type { Process, Snapshot } from "../model.ts";
import {
  acyclic,
  type Growing,
  namespaceNode,
  namespacesById,
  processesByPid,
  unknownRoot,
} from "./build.ts";
import type { NamespaceNode, Node, ProcessNode } from "./nodes.ts";
import { parentsOf } from "./process.ts";

/**
 * Each PID namespace below the process that its first process is a child of, and in it its processes. With
 * `only`, a PID: nothing but what leads to that process, from the top.
 */
export function pidForest(snapshot: Snapshot, only?: number): Node[] {
  const namespaces = snapshot.namespaces.filter(({ kind }) => kind === "pid");
  const byId = namespacesById(snapshot);
  const parentOf = parentsOf(snapshot);
  const aboveOf = acyclic(
    namespaces.map(({ id }) => id),
    (id) => byId.get(id)?.parent ?? undefined,
  );
  const spaces = new Map(namespaces.map((one) => [one.id, namespaceNode(one, "next")]));
  const processes = new Map(
    snapshot.processes.map((one): [Process, Growing<ProcessNode>] => [
      one,
      { type: "process", key: `p:${one.pid}`, pid: one.pid, children: [] },
    ]),
  );
  const nodeAbove = new Map<Node, Growing>();
  const lost: Node[] = [];
  const put = (node: Node, above: Growing | undefined, otherwise: Node[]) => {
    if (above !== undefined) nodeAbove.set(node, above);
    (above?.children ?? otherwise).push(node);
  };

  for (const [process, node] of processes) {
    const parent = parentOf(process);
    const own = process.namespaces.pid;
    const below = parent !== undefined && parent.namespaces.pid === own;
    put(node, below ? processes.get(parent) : spaces.get(own ?? 0), lost);
  }
  const roots: Node[] = [];
  const out: NamespaceNode[] = [];
  const byPid = processesByPid(snapshot);
  for (const { id, leader, initial, parent: outer } of namespaces) {
    const node = spaces.get(id)!;
    const first = byPid.get(leader ?? 0);
    const parent = first === undefined ? undefined : parentOf(first);
    const above = aboveOf(id);
    // Its first process may have been adopted by one that is no member of the namespace above.
    const adopted = parent !== undefined && isAbove(aboveOf, parent.namespaces.pid, id);
    if (outer !== null && above === undefined) out.push(node);
    else if (above === undefined) (initial ? roots : out).push(node);
    else put(node, adopted ? processes.get(parent) : spaces.get(above), roots);
  }
  if (roots.length === 0 && out.length === 1) roots.push(...out.splice(0));
  const all = [...roots, ...unknownRoot("parent", out), ...unknownRoot("namespace", lost)];
  const chosen = only === undefined ? undefined : byPid.get(only);
  if (chosen === undefined) return all;
  return branchTo(processes.get(chosen)!, nodeAbove, all);
}

/** Whether PID namespace `upper` is above `lower`. */
function isAbove(
  aboveOf: (id: number) => number | undefined,
  upper: number | undefined,
  lower: number,
): boolean {
  for (let at = aboveOf(lower); at !== undefined; at = aboveOf(at)) if (at === upper) return true;
  return false;
}

/** The way down to `node`, without what stands beside it. */
function branchTo(node: Node, above: ReadonlyMap<Node, Node>, roots: readonly Node[]): Node[] {
  let branch: Node = { ...node, children: [] };
  let at = node;
  for (let next = above.get(at); next !== undefined; next = above.get(at)) {
    branch = { ...next, children: [branch] };
    at = next;
  }
  const root = roots.find(({ type, children }) => type === "unknown" && children.includes(at));
  return [root === undefined ? branch : { ...root, children: [branch] }];
}
