/** The cgroups of another process that are not the caller's: v1, v2 and both at once. See cgroups(7). */
import { readFileSync } from "node:fs";
import { parseMountinfo } from "../../ns/mountinfo.ts";
import { NsboxError } from "../../util/errors.ts";
import { procText } from "./process.ts";

/** One line of /proc/PID/cgroup: "" are the controllers of v2. */
interface Membership {
  readonly controllers: string;
  readonly path: string;
}

/** Where a hierarchy is mounted, and from which of its cgroups on. */
interface Mount {
  readonly root: string;
  readonly point: string;
  /** Undefined for v2. */
  readonly controllers: readonly string[] | undefined;
}

const memberships = (pid: number | "self"): Membership[] =>
  (procText(pid, "cgroup") ?? "")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [, controllers = "", ...path] = line.split(":");
      return { controllers, path: path.join(":") };
    });

function mounts(): Mount[] {
  // Paths are bytes here, one a character.
  return parseMountinfo(readFileSync("/proc/self/mountinfo", "latin1"))
    .filter(({ type }) => type === "cgroup" || type === "cgroup2")
    .map(({ root, path, type, superOptions }) => ({
      root,
      point: path,
      controllers: type === "cgroup2" ? undefined : superOptions,
    }));
}

/** The file by which a process joins that cgroup; undefined where no mount shows it. */
function fileOf({ controllers, path }: Membership, all: readonly Mount[]): string | undefined {
  for (const mount of all.toReversed()) {
    const same =
      controllers === ""
        ? mount.controllers === undefined
        : controllers.split(",").every((name) => mount.controllers?.includes(name));
    if (!same || path.startsWith("/..")) continue;
    if (mount.root === "/") return `${mount.point}${path === "/" ? "" : path}/cgroup.procs`;
    if (path === mount.root || path.startsWith(`${mount.root}/`)) {
      return `${mount.point}${path.slice(mount.root.length)}/cgroup.procs`;
    }
  }
  return undefined;
}

/**
 * The files to write to, so that a process is in the cgroups of `pid`; none where those are the caller's.
 * @throws NsboxError where a cgroup is in no hierarchy that is mounted here.
 */
export function cgroupsOf(pid: number): string[] {
  const own = memberships("self");
  const all = mounts();
  return memberships(pid).flatMap((membership) => {
    const { controllers, path } = membership;
    if (own.some((other) => other.controllers === controllers && other.path === path)) return [];
    const file = fileOf(membership, all);
    if (file !== undefined) return [file];
    throw new NsboxError(`Cannot join cgroup "${controllers === "" ? "" : `${controllers}:`}${path}"`, {
      cause: "no mount of its hierarchy shows it here",
      hint: "`--no-cgroup` leaves the command in the caller's cgroup",
      code: "cgroup",
    });
  });
}
