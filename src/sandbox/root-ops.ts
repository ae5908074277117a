/**
 * Operations on the root filesystem that are the same in every plan they stand in, encoded when nsbox is
 * built: at start-up only what depends on the command line is put together.
 */
import { FILE_TYPE, MOUNT_ATTR, PROPAGATION } from "../plan/constants.ts";
import type { Block, Op } from "../plan/plan.ts";
import { encodeBlocks } from "./encode-blocks.ts";
import { hideKernelFilesystems, MASKS, maskOp } from "./mounts/masks.ts";

const { MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC } = MOUNT_ATTR;

/** No setuid programs, no devices, no programs at all: for what only holds data of the kernel's. */
const DATA_ONLY = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

/** The slot that tells whether /tmp had to be made. */
const TMP = 1;

/** The slot that holds the host's /proc: the last, after those of what was asked for. */
const HOST_PROC = 1023;

/** A new filesystem of `type` on `target`. */
const mount = (type: string, target: string, attributes: number, options = "", when = 0): Op => ({
  op: "mount",
  type,
  source: "",
  target,
  attributes,
  options,
  when,
  make: 0,
});

const device = (path: string, major: number, minor: number): Op => ({
  op: "device",
  source: path,
  path,
  mode: FILE_TYPE.S_IFCHR | 0o666,
  major,
  minor,
  uid: 0,
  gid: 0,
});
const symlink = (path: string, target: string): Op => ({ op: "symlink", target, path });
const mountPoint = (path: string, slot = 0): Op => ({ op: "mount_point", path, slot, like: "", follow: 0 });
const devpts = (options: string): Op =>
  mount("devpts", "/dev/pts", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, options);

const OPS = {
  /** Mount points, made where they are absent. */
  devPoint: [mountPoint("/dev")],
  procPoint: [mountPoint("/proc")],
  sysPoint: [mountPoint("/sys")],
  tmpPoint: [mountPoint("/tmp", TMP)],
  /** Without a mount namespace. */
  chroot: [{ op: "chroot" }],
  /** The root as a mount. Its own device nodes, if it has any, are dead. */
  root: [
    { op: "propagation", kind: PROPAGATION.MS_REC | PROPAGATION.MS_PRIVATE },
    { op: "bind_root", attributes: MOUNT_ATTR_NODEV },
  ],
  /** A mount namespace that is ours already, and a copy of another's. */
  isolate: [{ op: "propagation", kind: PROPAGATION.MS_REC | PROPAGATION.MS_PRIVATE }],
  /** The host's own files: only /proc has to be another's no more. */
  ownRoot: [{ op: "own_root" }],
  /** All of /dev but devpts. */
  devices: [
    mount("tmpfs", "/dev", MOUNT_ATTR_NOSUID, "mode=755,size=65536k"),
    device("/dev/null", 1, 3),
    device("/dev/zero", 1, 5),
    device("/dev/full", 1, 7),
    device("/dev/random", 1, 8),
    device("/dev/urandom", 1, 9),
    device("/dev/tty", 5, 0),
    { op: "directory", path: "/dev/pts", mode: 0o755 },
    { op: "directory", path: "/dev/shm", mode: 0o1777 },
    mount("tmpfs", "/dev/shm", DATA_ONLY, "mode=1777"),
    symlink("/dev/ptmx", "pts/ptmx"),
    symlink("/dev/fd", "/proc/self/fd"),
    symlink("/dev/stdin", "/proc/self/fd/0"),
    symlink("/dev/stdout", "/proc/self/fd/1"),
    symlink("/dev/stderr", "/proc/self/fd/2"),
    { op: "console", path: "/dev/console" },
  ],
  /**
   * Group 5, tty, owns terminals where it is mapped. Without a user namespace of ours there may still be one
   * around us, where it is not.
   */
  devpts: [devpts("ptmxmode=0666,mode=0620,?gid=5")],
  devptsTty: [devpts("ptmxmode=0666,mode=0620,gid=5")],
  devptsMapped: [devpts("ptmxmode=0666,mode=0620")],
  /** A proc of the host's, say, that is mounted somewhere below ROOTFS. */
  hide: [hideKernelFilesystems],
  proc: [mount("proc", "/proc", DATA_ONLY)],
  /** Without a PID namespace of the command's own: the host's, with the masks over it. */
  openHostProc: [{ op: "open_source", slot: HOST_PROC, path: "/proc", recursive: 1, optional: 0 }],
  hostProc: [
    {
      op: "bind",
      slot: HOST_PROC,
      target: "/proc",
      set: 0,
      clear: 0,
      recursive: 1,
      propagation: PROPAGATION.MS_PRIVATE,
    },
  ],
  /** The limit on open files, and back. */
  moreFiles: [{ op: "more_files" }],
  usualFiles: [{ op: "usual_files" }],
  sys: [mount("sysfs", "/sys", DATA_ONLY | MOUNT_ATTR_RDONLY)],
  /** Where there was none. */
  tmp: [mount("tmpfs", "/tmp", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, "mode=1777", TMP)],
  /** A /sys of our own is mounted read-only; one that came with ROOTFS is made so. */
  masks: MASKS.filter(({ path }) => path !== "/sys").map((mask) => maskOp(mask, mask.path)),
  masksAndSys: MASKS.map((mask) => maskOp(mask, mask.path)),
  pivot: [{ op: "pivot_root" }],
} as const satisfies Readonly<Record<string, readonly Op[]>>;

/** Called when nsbox is built. */
export const rootOps = (): Readonly<Record<keyof typeof OPS, Block>> => encodeBlocks(OPS);
