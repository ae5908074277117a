/** From limits to operations: groups, what is written to them, who is put into them. */

import { type Chosen, chooseLimits, type Refused } from "../../cgroup/choose.ts";
import { confWrite } from "../../cgroup/conf-write.ts";
import type { DeviceRule } from "../../cgroup/devices.ts";
import { directoryOf, type Hierarchy } from "../../cgroup/hierarchy.ts";
import type { Place, Seeker } from "../../cgroup/place.ts";
import { refusedError } from "../../cgroup/refusal.ts";
import type { LimitsRequest } from "../../cgroup/request.ts";
import type { Write } from "../../cgroup/spelling.ts";
import { block } from "../../plan/block.ts";
import type { Block, Op } from "../../plan/plan.ts";
import { type Conf, locateConf } from "./conf.ts";
import { deviceHierarchy, deviceOps } from "./devices.ts";
import { findPlaces, needsOf } from "./needs.ts";
import type { LimitsPart } from "./part.ts";
import type { Scope } from "./scope.ts";
import { watches } from "./watches.ts";

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

const isRefused = (each: Chosen | Refused): each is Refused => !("hierarchy" in each);

/**
 * The operations; undefined where nothing was asked for and nothing can be had.
 * @throws NsboxError where a limit cannot be set.
 */
export function planLimits(task: LimitsTask): LimitsPart | undefined {
  const { request, hierarchies, seeker, id, scope, devices = [] } = task;
  const chosen = chooseLimits(request, hierarchies).map((each): Chosen => {
    if (isRefused(each)) throw refusedError(each, seeker.look);
    return each;
  });
  const conf = locateConf(request.conf, hierarchies, seeker.look);
  const guarded = devices.length > 0 ? deviceHierarchy(hierarchies, seeker.uid) : undefined;
  const places = findPlaces(task, needsOf(chosen, conf, guarded));
  if (places.length === 0) return undefined;
  const groupOf = ({ hierarchy, parent }: Place) => `${directoryOf(hierarchy, parent)}/${id}`;
  const groups = new Map(places.map(({ place }) => [place.hierarchy, groupOf(place)]));
  const ops: Op[] = [];
  for (const { place } of places) if (place.aside) ops.push({ op: "cgroup_aside", path: place.aside });
  for (const { place, optional } of places) {
    const { version, point, controllers } = place.hierarchy;
    const inside = scope?.hierarchy === place.hierarchy ? scope : undefined;
    if (inside !== undefined) ops.push(inside.op(optional));
    ops.push({
      op: "cgroup_make",
      path: groupOf(place),
      point: inside === undefined ? point : directoryOf(place.hierarchy, inside.group),
      own:
        request.parent === undefined && inside === undefined
          ? directoryOf(place.hierarchy, place.parent)
          : "",
      controllers: version === 2 ? place.controllers.join(" ") : "",
      inherit: Number(version === 1 && controllers.includes("cpuset")),
      optional: Number(optional),
    });
  }
  ops.push(...writesOf(chosen, conf, groups, task));
  if (guarded !== undefined) ops.push(...deviceOps(devices, guarded, groups.get(guarded)!));
  if (task.overrides !== undefined) ops.push({ op: "cgroup_override", file: task.overrides });
  for (const { place, optional } of places) {
    const { version } = place.hierarchy;
    ops.push({ op: "cgroup_enter", path: groupOf(place), version, optional: Number(optional) });
  }
  for (const { place } of places) ops.push(...watches(place, groupOf(place)));
  return { before: ops.map((op): Block => block(op)) };
}

function writesOf(
  chosen: readonly Chosen[],
  conf: readonly Conf[],
  groups: ReadonlyMap<Hierarchy, string>,
  { request, verbose }: LimitsTask,
): Op[] {
  const ops: Op[] = [];
  const add = (hierarchy: Hierarchy, option: string, write: Write, before?: Write) => {
    const { file, value, reads, rounds, number, absent } = write;
    ops.push({
      op: "cgroup_write",
      path: `${groups.get(hierarchy)}/${file}`,
      option,
      absent: ABSENT[before?.absent === "next" ? "other" : absent],
      ...{ value, reads, rounds, number: Number(number ?? false), say: Number(verbose) },
    });
  };
  for (const { hierarchy, spelling, limit } of chosen) {
    let before: Write | undefined;
    for (const write of spelling.writes(request)) {
      add(hierarchy, `--${limit.option}`, write, before);
      before = write;
    }
  }
  for (const { hierarchy, file, value } of conf) {
    add(hierarchy, `--cgroup-conf ${file}`, confWrite(file, value));
  }
  return ops;
}
