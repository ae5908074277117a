/** What `nsbox ls --watch` saw at one moment, and what happened between two. */
import type { Namespace } from "../../../ns/model.ts";
import { changes } from "../../../ns/watch.ts";
import type { Column } from "../columns.ts";
import type { World } from "../world.ts";
import type { WatchEvent } from "./events.ts";

/** A moment: the world, and which of its namespaces are shown. */
export interface Moment {
  readonly world: World;
  readonly shown: readonly Namespace[];
}

/** What is watched, and how it is shown. */
export interface Watched {
  readonly seconds: number;
  readonly chosen: readonly Column[] | undefined;
  readonly headings: boolean;
  /** Looks once more. */
  look(): Moment;
}

/** What differs between two moments, as events in the order of the list. */
export function eventsBetween(before: Moment | undefined, after: Moment): WatchEvent[] {
  const time = new Date(after.world.snapshot.taken.end);
  if (before === undefined) {
    return after.shown.map((namespace) => ({
      time,
      what: "there",
      world: after.world,
      namespace,
      facts: [],
    }));
  }
  const { came, went, changed } = changes(
    { ...before.world.snapshot, namespaces: before.shown, processes: [] },
    { ...after.world.snapshot, namespaces: after.shown, processes: [] },
  ).namespaces;
  return [
    ...went.map(
      (namespace): WatchEvent => ({ time, what: "went", world: before.world, namespace, facts: [] }),
    ),
    ...came.map(
      (namespace): WatchEvent => ({ time, what: "came", world: after.world, namespace, facts: [] }),
    ),
    ...changed.map(
      ({ after: namespace, facts }): WatchEvent => ({
        time,
        what: "changed",
        world: after.world,
        namespace,
        facts,
      }),
    ),
  ];
}
