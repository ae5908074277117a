/** The cgroups that a container has for itself, found by its first process: see cgroups(7). */
import { hierarchiesOf } from "../../cgroup/hierarchy.ts";
import { SYSTEM, textAt } from "../../cgroup/look.ts";
import { cgroupMounts, membershipsOf } from "../../sandbox/limits/layout.ts";
import { isAlive } from "../containers/process.ts";
import type { Status } from "../containers/status.ts";

/** A group of one container's own. */
export interface Group {
  readonly version: 1 | 2;
  /** What can be limited in it. */
  readonly controllers: readonly string[];
  /** Its directory. */
  readonly path: string;
}

/** Whose groups are wanted. */
export interface Grouped {
  readonly id: string;
  readonly status: Pick<Status, "pid"> | undefined;
}

/** A group named after the container, of which the process may be further down. */
function ownPart(group: string, id: string): string | undefined {
  const parts = group.split("/");
  const at = parts.lastIndexOf(id);
  return at < 0 ? undefined : parts.slice(0, at + 1).join("/");
}

/** They are none where the container does not run, was given none, or they are not to be seen from here. */
export function groupsOf({ id, status }: Grouped, mounts = cgroupMounts()): Group[] {
  if (status === undefined || !isAlive(status.pid)) return [];
  return hierarchiesOf(membershipsOf(status.pid.pid), mounts, SYSTEM).flatMap(
    ({ version, point, controllers, own }): Group[] => {
      const part = own === undefined ? undefined : ownPart(own, id);
      if (part === undefined) return [];
      const path = `${point}${part}`;
      const had =
        version === 1 ? controllers : (textAt(`${path}/cgroup.controllers`) ?? "").trim().split(" ");
      return [{ version, controllers: had, path }];
    },
  );
}
