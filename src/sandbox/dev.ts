/** /dev: small, the same for everybody, and so encoded when nsbox is built. */
import { MOUNT_ATTR } from "../plan/constants.ts";
import { encodeOp } from "../plan/encode-op.ts";
import { layout } from "../plan/layout.ts";
import type { Op } from "../plan/plan.ts";

const { MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC } = MOUNT_ATTR;

const tmpfs = (target: string, attributes: number, options: string): Op => ({
  op: "mount",
  type: "tmpfs",
  target,
  attributes,
  options,
  when: 0,
});

const device = (path: string, major: number, minor: number): Op => ({ op: "device", path, major, minor });
const symlink = (path: string, target: string): Op => ({ op: "symlink", target, path });

const ops: readonly Op[] = [
  tmpfs("/dev", MOUNT_ATTR_NOSUID, "mode=755,size=65536k"),
  device("/dev/null", 1, 3),
  device("/dev/zero", 1, 5),
  device("/dev/full", 1, 7),
  device("/dev/random", 1, 8),
  device("/dev/urandom", 1, 9),
  device("/dev/tty", 5, 0),
  { op: "make_dir", path: "/dev/pts", mode: 0o755 },
  { op: "make_dir", path: "/dev/shm", mode: 0o1777 },
  tmpfs("/dev/shm", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, "mode=1777"),
  symlink("/dev/ptmx", "pts/ptmx"),
  symlink("/dev/fd", "/proc/self/fd"),
  symlink("/dev/stdin", "/proc/self/fd/0"),
  symlink("/dev/stdout", "/proc/self/fd/1"),
  symlink("/dev/stderr", "/proc/self/fd/2"),
  { op: "console", path: "/dev/console" },
];

/** The operations that fill /dev, all but devpts, which depends on the user namespace. */
export function devOps(): readonly Op[] {
  const codes = layout();
  return ops.map((op) => ({ ...op, encoded: encodeOp(codes, op) }));
}
