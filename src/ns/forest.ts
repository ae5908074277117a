/**
 * The hierarchies of a snapshot as trees: pure data, which `nsbox tree` writes as lines and `nsbox graph`
 * draws. Nodes name what they stand for by its id, its PID or its index in the snapshot.
 */

import { byContainer } from "./forest/container.ts";
import { edgesOf } from "./forest/edges.ts";
import type { Forest, ForestOptions, Hierarchy } from "./forest/nodes.ts";
import { byOwner } from "./forest/owner.ts";
import { byParent } from "./forest/parent.ts";
import { byProcess } from "./forest/process.ts";
import type { Snapshot } from "./model.ts";

export * from "./forest/nodes.ts";

const MAKERS = { owner: byOwner, parent: byParent, process: byProcess, container: byContainer } as const;

/** The hierarchy `by` of what `snapshot` holds. Time and memory grow with its size; cycles are cut. */
export function forest(snapshot: Snapshot, by: Hierarchy, options: ForestOptions = {}): Forest {
  const roots = MAKERS[by](snapshot, options);
  return { by, roots, edges: edgesOf(snapshot, roots) };
}
