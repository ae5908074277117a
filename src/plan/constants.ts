/** Kernel constants that plans hold. The C compiler proves each of them when the helper is built. */

/** Mount attributes, see fsmount(2). The MS_… flags of mount(2) have the same values. */
export const MOUNT_ATTR = {
  MOUNT_ATTR_RDONLY: 1,
  MOUNT_ATTR_NOSUID: 2,
  MOUNT_ATTR_NODEV: 4,
  MOUNT_ATTR_NOEXEC: 8,
} as const;

/** The capability that lets a process call chroot(2), and climb out of one. */
export const CAP_SYS_CHROOT = 18;
