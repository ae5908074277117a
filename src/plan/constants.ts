/** Constants that plans hold, most of them the kernel's. The C compiler proves each of them when the helper is built. */

/** Mount attributes, see fsmount(2) and mount_setattr(2). */
export const MOUNT_ATTR = {
  MOUNT_ATTR_RDONLY: 1,
  MOUNT_ATTR_NOSUID: 2,
  MOUNT_ATTR_NODEV: 4,
  MOUNT_ATTR_NOEXEC: 8,
  MOUNT_ATTR_NOATIME: 16,
  MOUNT_ATTR_NODIRATIME: 128,
  MOUNT_ATTR_NOSYMFOLLOW: 0x200000,
} as const;

/** Kinds of propagation, and MS_REC for all mounts below, see mount_namespaces(7). */
export const PROPAGATION = {
  MS_REC: 0x4000,
  MS_UNBINDABLE: 0x20000,
  MS_PRIVATE: 0x40000,
  MS_SLAVE: 0x80000,
  MS_SHARED: 0x100000,
} as const;

/** Kinds of file, see inode(7). */
export const FILE_TYPE = { S_IFCHR: 0o020000, S_IFBLK: 0o060000 } as const;

/** How our own PID 1 works, see `csrc/init.h`: signals to the command, to its process group, whole startup. */
export const INIT_MODE = { INIT_COMMAND: 0, INIT_GROUP: 1, INIT_FULL: 2 } as const;

/** What the whole startup is to do, see `csrc/init.h`. */
export const INIT_FLAG = {
  INIT_QUIET: 1,
  INIT_VERBOSE: 2,
  INIT_NO_KILL_ALL: 4,
  INIT_SKIP_STARTUP: 8,
  INIT_SKIP_RUNIT: 16,
  INIT_NO_COMMAND: 32,
} as const;

/** A timeout that was not given. */
export const INIT_NO_TIMEOUT = 4294967295;
