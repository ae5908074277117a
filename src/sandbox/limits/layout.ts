/** The cgroup hierarchies as this process sees them. */
import { type Hierarchy, hierarchiesOf } from "../../cgroup/hierarchy.ts";
import { SYSTEM, textAt } from "../../cgroup/look.ts";
import { parseMemberships } from "../../cgroup/membership.ts";
import { parseMountinfo } from "../../ns/mountinfo.ts";

/** All that are mounted here. */
export function ownHierarchies(): Hierarchy[] {
  // Paths are bytes here, one a character.
  const mounts = parseMountinfo(textAt("/proc/self/mountinfo") ?? "");
  return hierarchiesOf(
    parseMemberships(textAt("/proc/self/cgroup") ?? ""),
    mounts.filter(({ type }) => type === "cgroup" || type === "cgroup2"),
    SYSTEM,
  );
}
