/** The root filesystem: opened, given mount points, made the root. */
import type { Operation } from "../operation.ts";

/** Rows of the operation table, see `../ops.ts`. */
export const ROOT = {
  open_root: {
    where: "before",
    undo: "ends",
    says: "Open the root filesystem {path}",
    call: "openat",
    man: "open(2)",
    fields: { path: "path" },
  },
  lock_root: {
    where: "before",
    undo: "remove_mount_points",
    says: "Lock the root filesystem against the removal of its mount points (record in {state}, or else in {otherwise})",
    call: "flock",
    man: "flock(2)",
    fields: { state: "path", otherwise: "path" },
  },
  mount_point: {
    where: "before",
    undo: "remove_mount_points",
    says: "Make the mount point {path} where it is absent",
    call: "openat2, mkdirat",
    man: "mkdir(2)",
    kind: "mnt",
    // slot 0: must be usable; else: whatever stands there is left alone, and the slot tells later
    // operations whether the mount point had to be made. like: a path of the host; where that is no
    // directory a file is made, and where it is absent nothing. Empty: a directory is made. follow: 1 where
    // it may be reached through links (inside the root filesystem), and what is above it is made as well; 2:
    // also through one that leads nowhere yet, and where it cannot be made it is done without.
    fields: { path: "path", slot: "number", like: "string", follow: "number" },
  },
  own_root: {
    where: "inside",
    undo: "ends",
    says: "Keep the caller's root, as this mount namespace has it",
    call: "openat",
    man: "open(2)",
    kind: "mnt",
    fields: {},
  },
  idmap_root: {
    where: "outside",
    undo: "ends",
    says: "Map the owners of the root filesystem as the user namespace maps ids",
    call: "open_tree, mount_setattr MOUNT_ATTR_IDMAP",
    man: "mount_setattr(2)",
    kind: "mnt",
    // needed: 1 for an error where the filesystem cannot; else `otherwise` is printed, and the run goes on.
    fields: { needed: "number", otherwise: "string" },
  },
  propagation: {
    where: "inside",
    undo: "ends",
    says: "Make every mount {kind}, so that nothing mounted here reaches the host",
    call: "mount MS_REC",
    man: "mount_namespaces(7)",
    kind: "mnt",
    fields: { kind: "propagation" },
  },
  scratch: {
    where: "inside",
    undo: "ends",
    says: "Mount a filesystem in memory, for changes and files that last as long as the run ({options})",
    call: "fsopen, fsmount, move_mount",
    man: "tmpfs(5)",
    kind: "mnt",
    // bound: 1 where the root filesystem is bound next.
    fields: { options: "string", bound: "number" },
  },
  bind_root: {
    where: "inside",
    undo: "ends",
    says: "Bind the root filesystem on itself, so that it is a mount that can become the root ({attributes})",
    call: "open_tree, mount_setattr, move_mount",
    man: "open_tree(2)",
    kind: "mnt",
    fields: { attributes: "mount_attributes" },
  },
  memory_root: {
    where: "inside",
    undo: "ends",
    says: "Mount an empty filesystem in memory as the root to be ({attributes}; {options})",
    call: "fsopen, fsmount, move_mount",
    man: "tmpfs(5)",
    kind: "mnt",
    fields: { attributes: "mount_attributes", options: "string" },
  },
  remount_root: {
    where: "inside",
    undo: "ends",
    says: "Change the attributes of the root to be: {attributes}",
    call: "mount_setattr",
    man: "mount_setattr(2)",
    kind: "mnt",
    fields: { attributes: "mount_attributes", recursive: "number" },
  },
  pivot_root: {
    where: "inside",
    undo: "ends",
    says: "Make it the root, and detach the host's",
    call: "pivot_root, umount2",
    man: "pivot_root(2)",
    kind: "mnt",
    fields: {},
  },
  root_propagation: {
    where: "inside",
    undo: "ends",
    says: "Make {path} {kind}",
    call: "mount",
    man: "mount_namespaces(7)",
    kind: "mnt",
    fields: { path: "path", kind: "propagation" },
  },
  chroot: {
    where: "inside",
    undo: "ends",
    says: "Change the root directory of this process alone",
    call: "chroot",
    man: "chroot(2)",
    fields: {},
  },
} as const satisfies Readonly<Record<string, Operation>>;
