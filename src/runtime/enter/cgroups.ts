/** The cgroups of another process that are not the caller's: v1, v2 and both at once. See cgroups(7). */
import { directoryOf, locate } from "../../cgroup/hierarchy.ts";
import { SYSTEM } from "../../cgroup/look.ts";
import { sameHierarchy } from "../../cgroup/membership.ts";
import type { EnterRequest } from "../../sandbox/enter/request.ts";
import { cgroupMounts, membershipsOf } from "../../sandbox/limits/layout.ts";
import { NsboxError } from "../../util/errors.ts";

/**
 * The groups to join, so that a process is in those of `pid`; none where those are the caller's.
 * @throws NsboxError where a cgroup is in no hierarchy that is mounted here.
 */
export function cgroupsOf(pid: number): EnterRequest["cgroups"] {
  const own = membershipsOf("self");
  const mounts = cgroupMounts();
  return membershipsOf(pid).flatMap((membership) => {
    const { controllers, path } = membership;
    if (own.some((other) => sameHierarchy(other, membership) && other.path === path)) return [];
    const place = locate(membership, mounts, SYSTEM);
    if (place?.own !== undefined) {
      return [{ path: directoryOf(place, place.own), version: place.version }];
    }
    throw new NsboxError(
      `Cannot join cgroup "${controllers.length === 0 ? "" : `${controllers.join()}:`}${path}"`,
      {
        cause: "no mount of its hierarchy shows it here",
        hint: "`--no-cgroup` leaves the command in the caller's cgroup",
        code: "cgroup",
      },
    );
  });
}
