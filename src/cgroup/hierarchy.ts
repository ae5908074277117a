/**
 * The cgroup hierarchies of a system, as they are mounted here: v1 with one or several controllers each, v2, or
 * both at once. See cgroups(7).
 */
import type { Membership } from "./membership.ts";

/** A mount, as much of it as is looked at. */
export interface CgroupMount {
  /** Device of the filesystem, `MAJOR:MINOR`. */
  readonly device: string;
  readonly type: string;
  /** The group that is its root. */
  readonly root: string;
  readonly path: string;
  readonly superOptions: readonly string[];
}

/** One hierarchy that can be reached. */
export interface Hierarchy {
  readonly version: 1 | 2;
  /** Where it is mounted. */
  readonly point: string;
  /** What can be limited in it. Of v2: what its visible root may hand down. */
  readonly controllers: readonly string[];
  /** This process's group: a path below `point`, "" for the root; undefined where the mount does not show it. */
  readonly own: string | undefined;
}

/** What the mount points are asked. */
export interface Look {
  /** The text of a file, undefined where it cannot be read. */
  text(path: string): string | undefined;
  /** `MAJOR:MINOR` of the filesystem at `path`: another one may lie over a mount. */
  device(path: string): string | undefined;
}

/** The words of a text. */
export const wordsOf = (text: string | undefined): string[] =>
  (text ?? "").split(/\s+/).filter((word) => word !== "");

/** Where below the mount's root a group stands: "" for the root itself, undefined where it is outside. */
export function below(root: string, path: string): string | undefined {
  if (path.startsWith("/..")) return undefined;
  if (root === "/") return path === "/" ? "" : path;
  if (path === root) return "";
  return path.startsWith(`${root}/`) ? path.slice(root.length) : undefined;
}

/** The mount is of the hierarchy of which `membership` speaks. */
function isOf({ type, superOptions }: CgroupMount, { controllers }: Membership): boolean {
  if (controllers.length === 0) return type === "cgroup2";
  if (type !== "cgroup") return false;
  for (const name of controllers) if (!superOptions.includes(name)) return false;
  return true;
}

/**
 * Where the hierarchy of `membership` is mounted, and where below that its group stands; undefined where it is
 * mounted nowhere. Of several mounts the one that shows the group is taken, and of those the latest.
 */
export function locate(
  membership: Membership,
  mounts: readonly CgroupMount[],
  look: Look,
): Omit<Hierarchy, "controllers"> | undefined {
  const version = membership.controllers.length === 0 ? 2 : 1;
  let latest: CgroupMount | undefined;
  for (let at = mounts.length - 1; at >= 0; at--) {
    const mount = mounts[at]!;
    if (!isOf(mount, membership) || look.device(mount.path) !== mount.device) continue;
    const own = below(mount.root, membership.path);
    if (own !== undefined) return { version, point: mount.path, own };
    latest ??= mount;
  }
  return latest && { version, point: latest.path, own: undefined };
}

/** The hierarchies of `memberships` (those of this process), in their order. */
export function hierarchiesOf(
  memberships: readonly Membership[],
  mounts: readonly CgroupMount[],
  look: Look,
): Hierarchy[] {
  const found: Hierarchy[] = [];
  for (const membership of memberships) {
    const place = locate(membership, mounts, look);
    if (place === undefined) continue;
    const controllers =
      place.version === 2 ? wordsOf(look.text(`${place.point}/cgroup.controllers`)) : membership.controllers;
    found.push({ ...place, controllers });
  }
  return found;
}

/** A group's directory. */
export const directoryOf = ({ point }: Pick<Hierarchy, "point">, group: string): string => `${point}${group}`;
