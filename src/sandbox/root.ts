/** The root filesystem as operations: what is mounted in it, and how it becomes the root. */
import type { KindName } from "../ns/kinds.ts";
import { CAP_SYS_CHROOT, MOUNT_ATTR } from "../plan/constants.ts";
import type { Op } from "../plan/plan.ts";
import { devOps } from "./dev.ts" with { type: "macro" };

const { MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC } = MOUNT_ATTR;

/** No setuid programs, no devices, no programs at all: for what only holds data of the kernel's. */
const DATA_ONLY = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

/** The slot that tells whether /tmp had to be made. */
const TMP = 1;

/** A new filesystem of `type` on `target`. */
const mount = (type: string, target: string, attributes: number, options = "", when = 0): Op => ({
  op: "mount",
  type,
  target,
  attributes,
  options,
  when,
});

const mountPoint = (path: string, slot = 0): Op => ({ op: "mount_point", path, slot });

/** /dev but for devpts. */
const DEV = devOps();

const DEVPTS = "ptmxmode=0666,mode=0620";

/** What the monitor does to the root filesystem before the clone. */
export function rootBefore(root: string, kinds: readonly KindName[], state: string): Op[] {
  const open: Op = { op: "open_root", path: root };
  if (!kinds.includes("mnt")) return [open];
  const ops: Op[] = [open, { op: "lock_root", state }, mountPoint("/dev")];
  if (kinds.includes("pid")) ops.push(mountPoint("/proc"));
  if (kinds.includes("net")) ops.push(mountPoint("/sys"));
  ops.push(mountPoint("/tmp", TMP));
  return ops;
}

/** What the child does with it. Without a mount namespace: a chroot, and no right to leave it. */
export function rootInside(kinds: readonly KindName[]): Op[] {
  if (!kinds.includes("mnt")) {
    return [{ op: "chroot" }, { op: "drop_capability", capability: CAP_SYS_CHROOT }];
  }
  const ops: Op[] = [{ op: "private_mounts" }, { op: "bind_root" }, ...DEV];
  // Group 5, tty, owns terminals where it exists: in a user namespace only what is mapped does.
  ops.push(
    mount(
      "devpts",
      "/dev/pts",
      MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
      kinds.includes("user") ? DEVPTS : `${DEVPTS},gid=5`,
    ),
  );
  if (kinds.includes("pid")) ops.push(mount("proc", "/proc", DATA_ONLY));
  if (kinds.includes("net")) ops.push(mount("sysfs", "/sys", DATA_ONLY | MOUNT_ATTR_RDONLY));
  ops.push(mount("tmpfs", "/tmp", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, "mode=1777", TMP), {
    op: "pivot_root",
  });
  return ops;
}
