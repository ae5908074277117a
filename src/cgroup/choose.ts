/** Which groups a run needs: those of its limits, and those by which a container is watched and paused. */
import type { Hierarchy } from "./hierarchy.ts";
import { isAsked, LIMITS, type Limit } from "./limits.ts";
import type { LimitsRequest } from "./request.ts";
import type { Spelling } from "./spelling.ts";

/** A limit that is asked for, and where it is set. */
export interface Chosen {
  readonly limit: Limit;
  readonly hierarchy: Hierarchy;
  readonly spelling: Spelling;
}

/** A limit that cannot be set here. */
export interface Refused {
  readonly limit: Limit;
  /** The version that has it alone; undefined where no hierarchy here has the controller. */
  readonly only: 1 | 2 | undefined;
}

const has = (hierarchies: readonly Hierarchy[], version: 1 | 2, controller: string): Hierarchy | undefined =>
  hierarchies.find((each) => each.version === version && each.controllers.includes(controller));

/** Where `limit` is set: of v1 and v2 the first that has its controller here. */
function choose(limit: Limit, hierarchies: readonly Hierarchy[]): Chosen | Refused {
  for (const [version, spelling, other] of [
    [1, limit.v1, limit.v2],
    [2, limit.v2, limit.v1],
  ] as const) {
    const hierarchy = has(hierarchies, version, (spelling ?? other)!.controller);
    if (hierarchy === undefined) continue;
    return spelling === undefined ? { limit, only: version === 1 ? 2 : 1 } : { limit, hierarchy, spelling };
  }
  return { limit, only: undefined };
}

/** The limits of `request`, in the order in which they are set. */
export function chooseLimits(
  request: LimitsRequest,
  hierarchies: readonly Hierarchy[],
): (Chosen | Refused)[] {
  const chosen: (Chosen | Refused)[] = [];
  for (const limit of LIMITS) if (isAsked(limit, request)) chosen.push(choose(limit, hierarchies));
  return chosen;
}

/** What a container is looked at and paused by. */
const WATCHED = {
  1: ["memory", "cpu", "cpuacct", "pids", "blkio", "freezer"],
  2: ["memory", "cpu", "pids", "io"],
} as const;

/** The hierarchies for that, and the controllers in each. Every group of v2 can be frozen and tells its time. */
export function watchedIn(hierarchies: readonly Hierarchy[]): Map<Hierarchy, string[]> {
  const found = new Map<Hierarchy, string[]>();
  for (const hierarchy of hierarchies) {
    const names = WATCHED[hierarchy.version].filter((name) => hierarchy.controllers.includes(name));
    if (names.length > 0) found.set(hierarchy, names);
  }
  const v2 = hierarchies.find(({ version }) => version === 2);
  const freezes = hierarchies.some(({ controllers }) => controllers.includes("freezer"));
  if (v2 !== undefined && !freezes && !found.has(v2)) found.set(v2, []);
  return found;
}

/** The controller that a file of a group belongs to, by its name; undefined for the core's own. */
export const controllerOf = (file: string): string => file.slice(0, file.indexOf("."));
