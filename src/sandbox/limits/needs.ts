/** Which hierarchies a run needs groups in, and where those are made. */
import { type Chosen, controllerOf, watchedIn } from "../../cgroup/choose.ts";
import type { Hierarchy } from "../../cgroup/hierarchy.ts";
import { findPlace, isNone, type NoPlace, type Place } from "../../cgroup/place.ts";
import { noPlaceError } from "../../cgroup/refusal.ts";
import type { Conf } from "./conf.ts";
import type { LimitsTask } from "./plan.ts";
import type { Scope } from "./scope.ts";

/** The controllers wanted in a hierarchy, and the options that want them. */
interface Need {
  readonly controllers: Set<string>;
  readonly options: Set<string>;
}

type Needs = ReadonlyMap<Hierarchy, Need>;

/** What the limits need. `guarded`: the hierarchy in which devices are. */
export function needsOf(chosen: readonly Chosen[], conf: readonly Conf[], guarded?: Hierarchy): Needs {
  const needs = new Map<Hierarchy, Need>();
  const add = (hierarchy: Hierarchy, controller: string, option: string) => {
    const need = needs.get(hierarchy) ?? { controllers: new Set(), options: new Set() };
    // The core's files are in every group.
    if (controller !== "cgroup") need.controllers.add(controller);
    need.options.add(option);
    needs.set(hierarchy, need);
  };
  for (const { hierarchy, spelling, limit } of chosen) {
    add(hierarchy, spelling.controller, `--${limit.option}`);
  }
  for (const { hierarchy, file } of conf) add(hierarchy, controllerOf(file), `--cgroup-conf ${file}`);
  // v2 has no controller for them: every group can have such a program.
  if (guarded !== undefined) add(guarded, guarded.version === 1 ? "devices" : "cgroup", "--device-rule");
  return needs;
}

/** A place, and whether the run goes on where its group cannot be made. */
export interface FoundPlace {
  readonly place: Place;
  readonly optional: boolean;
}

/**
 * Places for what is needed, all of them; and for what is only wanted, those that can be had.
 * @throws NsboxError where one cannot, or none in the parent that was named.
 */
export function findPlaces(
  { request, hierarchies, seeker, watched, scope }: LimitsTask,
  needs: Needs,
): FoundPlace[] {
  const found: FoundPlace[] = [];
  const none: NoPlace[] = [];
  const refused: NoPlace[] = [];
  // Whoever names a parent wants to be found there.
  const isWanted = watched || request.parent !== undefined;
  const wanted = isWanted ? watchedIn(hierarchies) : undefined;
  const find = (hierarchy: Hierarchy, names: Iterable<string>) =>
    scope?.hierarchy === hierarchy
      ? placeIn(scope, [...new Set(names)])
      : findPlace(hierarchy, [...new Set(names)], seeker, request.parent);
  for (const hierarchy of hierarchies) {
    const need = needs.get(hierarchy);
    const extra = wanted?.get(hierarchy);
    if (need === undefined && extra === undefined) continue;
    const least = need?.controllers ?? [];
    const all = find(hierarchy, [...least, ...(extra ?? [])]);
    const place = isNone(all) ? find(hierarchy, least) : all;
    if (!isNone(place)) found.push({ place, optional: need === undefined });
    else (need === undefined ? refused : none).push(place);
  }
  if (none.length > 0) {
    // In the order of the options, not of the hierarchies.
    const options = [...needs].flatMap(([hierarchy, need]) =>
      none.some((each) => each.hierarchy === hierarchy) ? [...need.options] : [],
    );
    throw noPlaceError([...new Set(options)], none, seeker);
  }
  if (found.length === 0 && request.parent !== undefined && refused.length > 0) {
    throw noPlaceError([`--cgroup ${request.parent}`], refused, seeker);
  }
  return found;
}

/** systemd makes the scope, with what its manager has itself. */
function placeIn({ hierarchy, group, controllers }: Scope, wanted: readonly string[]): Place | NoPlace {
  const lacks = wanted.filter((name) => !controllers.includes(name));
  return lacks.length === 0
    ? { hierarchy, parent: group, controllers: wanted }
    : { hierarchy, controllers: wanted, why: "lacks", at: group.slice(0, group.lastIndexOf("/")), lacks };
}
