/** The cgroup hierarchies as this process sees them. */
import { type CgroupMount, type Hierarchy, hierarchiesOf } from "../../cgroup/hierarchy.ts";
import { SYSTEM, textAt } from "../../cgroup/look.ts";
import { type Membership, parseMemberships } from "../../cgroup/membership.ts";
import { parseMount } from "../../ns/mountinfo.ts";

/** The mounts of hierarchies. Paths are bytes here, one a character; all other lines are not even parsed. */
export function cgroupMounts(): CgroupMount[] {
  const found: CgroupMount[] = [];
  for (const line of (textAt("/proc/self/mountinfo") ?? "").split("\n")) {
    if (!line.includes(" - cgroup")) continue;
    const mount = parseMount(line);
    if (mount?.type === "cgroup" || mount?.type === "cgroup2") found.push(mount);
  }
  return found;
}

/** The groups of a process. */
export const membershipsOf = (pid: number | "self"): Membership[] =>
  parseMemberships(textAt(`/proc/${pid}/cgroup`) ?? "");

/** All hierarchies that are mounted here. */
export const ownHierarchies = (): Hierarchy[] => hierarchiesOf(membershipsOf("self"), cgroupMounts(), SYSTEM);
