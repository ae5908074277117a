/** From a snapshot to a picture with places, in one call: nsbox and the browser do the same. */
import { type ForestOptions, forest, type Hierarchy } from "../ns/forest.ts";
import type { KindName } from "../ns/kinds.ts";
import type { Snapshot } from "../ns/model.ts";
import { type Facts, factsOf } from "./graph/facts.ts";
import { type Graph, graphOf } from "./graph/graph.ts";

/** What a picture is made of. */
export interface Picture {
  readonly facts: Facts;
  readonly graph: Graph;
}

/** The picture of `snapshot` by `by`; with `kinds` only those. */
export function pictureOf(snapshot: Snapshot, by: Hierarchy, kinds?: readonly KindName[]): Picture {
  const options: ForestOptions = kinds === undefined ? {} : { kinds };
  const facts = factsOf(snapshot);
  return { facts, graph: graphOf(facts, forest(snapshot, by, options)) };
}
