/** Containers, one in the other, each with its processes and the namespaces they are in. */

import type { KindName } from "../kinds.ts";
import type { Process, Snapshot } from "../model.ts";
import { acyclic, type Growing, unknownRoot } from "./build.ts";
import type { ContainerNode, ForestOptions, Node } from "./nodes.ts";
import { Trunk } from "./process.ts";

/** The containers, and behind them one node for all that is in none. */
export function byContainer(snapshot: Snapshot, options: ForestOptions): Node[] {
  const trunk = new Trunk(
    snapshot,
    options,
    snapshot.containers.map(({ pid }) => pid),
  );
  const members = Map.groupBy(snapshot.processes, ({ container }) => container);
  const nodes = snapshot.containers.map((_, index) => containerNode(index));
  const roots: Node[] = [];
  const within = acyclic(nodes.keys(), (index) => snapshot.containers[index]?.within ?? undefined);

  // What is in none comes first: a namespace of the host that a container shares belongs to the host.
  const host = containerNode(null);
  plant(trunk, host, members.get(null) ?? [], {});
  for (const [index, node] of nodes.entries()) {
    const outer = within(index);
    plant(trunk, node, members.get(index) ?? [], { ...snapshot.viewer.namespaces });
    (outer === undefined ? roots : (nodes[outer]?.children ?? roots)).push(node);
  }
  host.children.push(...unknownRoot("process", trunk.rest()));
  return host.children.length > 0 ? [...roots, host] : roots;
}

const containerNode = (container: number | null): Growing<ContainerNode> => ({
  type: "container",
  key: `c:${container ?? "none"}`,
  container,
  children: [],
});

/** What a container shares with the viewer goes without saying, and so does `usual`. */
function plant(
  trunk: Trunk,
  into: Growing,
  processes: readonly Process[],
  usual: { [kind in KindName]?: number },
): void {
  for (const { node, above } of trunk.grow(processes, usual)) (above ?? into).children.push(node);
}
