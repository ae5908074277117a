/** Where a run's groups are made: which hierarchy has a controller, and where in it this user may. See cgroups(7). */
import { directoryOf, type Hierarchy, type Look, wordsOf } from "./hierarchy.ts";

/** Who asks, and of what system. */
export interface Seeker {
  readonly uid: number;
  readonly look: Look;
  readonly mayWrite: (path: string) => boolean;
  /** This process, where it may be moved out of the way; it then stays there. */
  readonly pid?: number | undefined;
}

/** A place for a group of the run. */
export interface Place {
  readonly hierarchy: Hierarchy;
  /** The group that it is made in, a path below the mount. */
  readonly parent: string;
  /** What is to be had in it. */
  readonly controllers: readonly string[];
  /** Where this process goes first, which stands alone in the way; a directory. */
  readonly aside?: string;
}

/** Why there is none. */
export interface NoPlace {
  readonly hierarchy: Hierarchy;
  readonly controllers: readonly string[];
  /**
   * `denied`: this user may write nowhere; `lacks`: where it may, a controller is not handed down; `busy`: where
   * it may, processes stand in the way, as the kernel has no controllers beside them.
   */
  readonly why: "denied" | "lacks" | "busy";
  /** The group that was looked at last. */
  readonly at: string;
  /** The controllers that lack there. */
  readonly lacks: readonly string[];
}

/** A group and those above it, up to the visible root. */
function upwards(group: string): string[] {
  const groups = [group];
  for (let at = group; at !== ""; ) {
    at = at.slice(0, at.lastIndexOf("/"));
    groups.push(at);
  }
  return groups;
}

/** The group that an administrator may set aside for a user, in any hierarchy of v1. */
export const setAside = (uid: number): string => `/nsbox-${uid}`;

function candidates(hierarchy: Hierarchy, { uid }: Seeker): string[] {
  if (uid === 0) return [""];
  const own = hierarchy.own === undefined ? [] : upwards(hierarchy.own);
  // v2 lets a user move a process only below a group that has both places, and is the user's.
  return hierarchy.version === 2 ? own : [...own, setAside(uid)];
}

/** v2 has no processes beside controllers, but in the root of all. */
const isOccupied = (directory: string, { look }: Seeker): boolean =>
  look.text(`${directory}/cgroup.type`) !== undefined &&
  wordsOf(look.text(`${directory}/cgroup.procs`)).length > 0;

/** `place`, where nobody but this process stands in the way. */
function isAlone(directory: string, place: Place, { look, pid }: Seeker): Place | undefined {
  const [first, ...others] = wordsOf(look.text(`${directory}/cgroup.procs`));
  const isUs = pid !== undefined && Number(first) === pid && others.length === 0;
  return isUs ? { ...place, aside: `${directory}/nsbox-monitor` } : undefined;
}

/** What stands in the way of groups with `controllers` in `group`; undefined where nothing does. */
function obstacle(
  hierarchy: Hierarchy,
  group: string,
  controllers: readonly string[],
  seeker: Seeker,
): NoPlace | undefined {
  const directory = directoryOf(hierarchy, group);
  const no = (why: NoPlace["why"], lacks: readonly string[] = []): NoPlace => ({
    hierarchy,
    controllers,
    why,
    at: group,
    lacks,
  });
  if (!seeker.mayWrite(directory)) return no("denied");
  if (hierarchy.version === 1) return undefined;
  const { look } = seeker;
  const had = wordsOf(look.text(`${directory}/cgroup.controllers`));
  const lacks = controllers.filter((name) => !had.includes(name));
  if (lacks.length > 0) return no("lacks", lacks);
  if (!seeker.mayWrite(`${directory}/cgroup.procs`)) return no("denied");
  const handed = wordsOf(look.text(`${directory}/cgroup.subtree_control`));
  if (controllers.every((name) => handed.includes(name))) return undefined;
  if (!seeker.mayWrite(`${directory}/cgroup.subtree_control`)) return no("denied");
  return isOccupied(directory, seeker) ? no("busy") : undefined;
}

/** The nearest of a list of groups that is there. */
const nearest = (hierarchy: Hierarchy, group: string, look: Look): string =>
  upwards(group).find((each) => look.device(directoryOf(hierarchy, each)) !== undefined) ?? "";

/**
 * Where in `hierarchy` a group with `controllers` is made: in `parent`; else for root at the visible root, for
 * others in the nearest group that is theirs, beginning with their own.
 */
export function findPlace(
  hierarchy: Hierarchy,
  controllers: readonly string[],
  seeker: Seeker,
  parent?: string,
): Place | NoPlace {
  const groups =
    parent === undefined ? candidates(hierarchy, seeker) : [nearest(hierarchy, parent, seeker.look)];
  const ORDER = ["denied", "lacks", "busy"];
  let worst: NoPlace | undefined;
  let alone: Place | undefined;
  for (const group of groups) {
    const found = obstacle(hierarchy, group, controllers, seeker);
    const place = { hierarchy, parent: parent ?? `${group}/nsbox`, controllers };
    if (found === undefined) return place;
    if (found.why === "busy") alone ??= isAlone(directoryOf(hierarchy, group), place, seeker);
    if (worst === undefined || ORDER.indexOf(found.why) > ORDER.indexOf(worst.why)) worst = found;
  }
  return alone ?? worst ?? { hierarchy, controllers, why: "denied", at: hierarchy.own ?? "", lacks: [] };
}

/** `findPlace` found none. */
export const isNone = (place: Place | NoPlace): place is NoPlace => "why" in place;
