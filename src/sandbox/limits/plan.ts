/** From limits to operations: groups, what is written to them, who is put into them. */

import { type Chosen, chooseLimits, controllerOf, type Refused, watchedIn } from "../../cgroup/choose.ts";
import type { DeviceRule } from "../../cgroup/devices.ts";
import { directoryOf, type Hierarchy } from "../../cgroup/hierarchy.ts";
import type { Write } from "../../cgroup/limits.ts";
import { findPlace, isNone, type NoPlace, type Place, type Seeker } from "../../cgroup/place.ts";
import { noPlaceError, refusedError } from "../../cgroup/refusal.ts";
import type { LimitsRequest } from "../../cgroup/request.ts";
import { block } from "../../plan/block.ts";
import type { Block, Op } from "../../plan/plan.ts";
import { deviceHierarchy, deviceOps } from "./devices.ts";
import type { LimitsPart } from "./part.ts";
import type { Scope } from "./scope.ts";

/** What is to be planned, for whom. */
export interface LimitsTask {
  readonly request: LimitsRequest;
  /** The run's id, and the name of its groups. */
  readonly id: string;
  readonly hierarchies: readonly Hierarchy[];
  readonly seeker: Seeker;
  /** Groups are to be had, where they can, for what watches and pauses a container. */
  readonly watched: boolean;
  /** Say what the kernel made of a number. */
  readonly verbose: boolean;
  /** What systemd makes, where it manages cgroups; then those of v2 are in there. */
  readonly scope?: Scope | undefined;
  /** None: devices are not guarded. */
  readonly devices?: readonly DeviceRule[] | undefined;
  /** The file of limits that `nsbox update` has changed since. */
  readonly overrides?: string | undefined;
}

const ABSENT = { error: 0, next: 1, fine: 2, other: 3 } as const;

/** Hierarchy to the controllers wanted in it, and the options that want them. */
interface Need {
  readonly controllers: Set<string>;
  readonly options: Set<string>;
}

const isRefused = (each: Chosen | Refused): each is Refused => !("hierarchy" in each);

/**
 * The operations; undefined where nothing was asked for and nothing can be had.
 * @throws NsboxError where a limit cannot be set.
 */
export function planLimits(task: LimitsTask): LimitsPart | undefined {
  const { request, hierarchies, seeker, id, scope, devices = [] } = task;
  const chosen: Chosen[] = [];
  for (const each of chooseLimits(request, hierarchies)) {
    if (isRefused(each)) throw refusedError(each, seeker.look);
    chosen.push(each);
  }
  const conf = request.conf.map(({ file, value }) => ({
    file,
    value,
    hierarchy: hierarchies.find(({ controllers }) => controllers.includes(controllerOf(file)))!,
  }));
  const needs = new Map<Hierarchy, Need>();
  const need = (hierarchy: Hierarchy, controller: string | undefined, option: string) => {
    const row = needs.get(hierarchy) ?? { controllers: new Set(), options: new Set() };
    if (controller !== undefined) row.controllers.add(controller);
    row.options.add(option);
    needs.set(hierarchy, row);
  };
  for (const { hierarchy, spelling, limit } of chosen)
    need(hierarchy, spelling.controller, `--${limit.option}`);
  for (const { hierarchy, file } of conf) need(hierarchy, controllerOf(file), `--cgroup-conf ${file}`);
  const guarded = devices.length > 0 ? deviceHierarchy(hierarchies, seeker.uid) : undefined;
  if (guarded !== undefined) need(guarded, guarded.version === 1 ? "devices" : undefined, "--device-rule");
  const places = [...placesOf(task, needs)];
  if (places.length === 0) return undefined;
  const group = ({ hierarchy, parent }: Place) => `${directoryOf(hierarchy, parent)}/${id}`;
  const ops: Op[] = [];
  for (const { place, optional } of places) {
    const isScope = scope?.hierarchy === place.hierarchy;
    if (isScope) ops.push(scope.op(optional));
    ops.push({
      op: "cgroup_make",
      path: group(place),
      point: isScope ? directoryOf(place.hierarchy, scope.group) : place.hierarchy.point,
      own: request.parent === undefined && !isScope ? directoryOf(place.hierarchy, place.parent) : "",
      controllers: place.hierarchy.version === 2 ? place.controllers.join(" ") : "",
      inherit: Number(place.hierarchy.version === 1 && place.hierarchy.controllers.includes("cpuset")),
      optional: Number(optional),
    });
  }
  const groupIn = (hierarchy: Hierarchy) =>
    group(places.find((each) => each.place.hierarchy === hierarchy)!.place);
  for (const { hierarchy, spelling } of chosen) {
    let isOther = false;
    for (const write of spelling.writes(request)) {
      ops.push(writeOp(groupIn(hierarchy), write, isOther, task.verbose));
      isOther = write.absent === "next";
    }
  }
  for (const { hierarchy, file, value } of conf) {
    const write = { file, value, reads: "", rounds: 0, absent: "error" } as const;
    ops.push(writeOp(groupIn(hierarchy), write, false, task.verbose));
  }
  if (guarded !== undefined) ops.push(...deviceOps(devices, guarded, groupIn(guarded)));
  if (task.overrides !== undefined) ops.push({ op: "cgroup_override", file: task.overrides });
  for (const { place, optional } of places) {
    const { version } = place.hierarchy;
    ops.push({ op: "cgroup_enter", path: group(place), version, optional: Number(optional) });
  }
  ops.push(
    ...watches(
      places.map(({ place }) => place),
      group,
    ),
  );
  return { before: ops.map((op): Block => block(op)) };
}

function writeOp(group: string, write: Write, isOther: boolean, verbose: boolean): Op {
  return {
    op: "cgroup_write",
    path: `${group}/${write.file}`,
    value: write.value,
    reads: write.reads,
    rounds: write.rounds,
    absent: ABSENT[isOther ? "other" : write.absent],
    say: Number(verbose),
  };
}

/** What was killed for want of memory, and which processes could not be made. */
function watches(places: readonly Place[], group: (place: Place) => string): Op[] {
  return places.flatMap((place): Op[] => {
    const isV1 = place.hierarchy.version === 1;
    const ops: Op[] = [];
    if (place.controllers.includes("memory")) {
      ops.push({
        op: "cgroup_watch",
        path: `${group(place)}/${isV1 ? "memory.oom_control" : "memory.events"}`,
        key: "oom_kill",
        figures: isV1
          ? "memory.limit_in_bytes memory.max_usage_in_bytes memory.memsw.limit_in_bytes memory.memsw.max_usage_in_bytes"
          : "memory.max memory.peak memory.swap.max memory.swap.peak",
      });
    }
    if (place.controllers.includes("pids")) {
      ops.push({ op: "cgroup_watch", path: `${group(place)}/pids.events`, key: "max", figures: "pids.max" });
    }
    return ops;
  });
}

/** The places for what is needed, all of them; and for what is only wanted, those that can be had. */
function* placesOf(
  { request, hierarchies, seeker, watched, scope }: LimitsTask,
  needs: ReadonlyMap<Hierarchy, Need>,
): Generator<{ readonly place: Place; readonly optional: boolean }> {
  const none = [];
  const options = new Set<string>();
  // Whoever names a parent wants to be found there.
  const wanted =
    watched || request.parent !== undefined ? watchedIn(hierarchies) : new Map<Hierarchy, string[]>();
  for (const hierarchy of hierarchies) {
    const required = needs.get(hierarchy);
    const extra = wanted.get(hierarchy);
    if (required === undefined && extra === undefined) continue;
    const all = new Set([...(required?.controllers ?? []), ...(extra ?? [])]);
    const find = (controllers: readonly string[]) =>
      scope?.hierarchy === hierarchy
        ? placeInScope(scope, controllers)
        : findPlace(hierarchy, controllers, seeker, request.parent);
    const whole = find([...all]);
    const found = isNone(whole) ? find([...(required?.controllers ?? [])]) : whole;
    if (!isNone(found)) {
      yield { place: found, optional: required === undefined };
      continue;
    }
    if (required === undefined) continue;
    none.push(found);
    for (const option of required.options) options.add(option);
  }
  if (none.length > 0) throw noPlaceError([...options], none, seeker);
}

function placeInScope({ hierarchy, group, controllers }: Scope, wanted: readonly string[]): Place | NoPlace {
  const lacks = wanted.filter((name) => !controllers.includes(name));
  return lacks.length === 0
    ? { hierarchy, parent: group, controllers: wanted }
    : { hierarchy, controllers: wanted, why: "lacks", at: group.replace(/\/[^/]*$/, ""), lacks };
}
