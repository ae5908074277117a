/** What mount options make of a plan, by place: `../root.ts` puts the blocks where they belong. */
import type { Block } from "../../plan/plan.ts";

/** Lists of blocks; an absent one leaves what stands there without mount options. */
export interface MountPart {
  /** The root is made of something else than ROOTFS alone, so mount points are made inside and not recorded. */
  readonly ownRoot: boolean;
  /** There is no ROOTFS. */
  readonly noTree: boolean;
  /** What is mounted below ROOTFS is left as it is, or none of it comes in. */
  readonly reveals: boolean;
  /** So many things of the host's are opened that the limit on open files may be too low. */
  readonly manySources: boolean;
  /** Before the clone: mount points that ROOTFS may lack. */
  readonly points: readonly Block[];
  /** While the child waits: what only the monitor can open. */
  readonly outside: readonly Block[];
  /** First inside: what is opened of the host. */
  readonly sources: readonly Block[];
  /** The root as a mount, with the directories that the usual mounts need; what is done to one that is joined. */
  readonly root: readonly Block[] | undefined;
  /** /dev. */
  readonly devices: readonly Block[] | undefined;
  /** /sys. */
  readonly sys: readonly Block[] | undefined;
  /** All that was asked for, in the order given, and what is hidden of it. */
  readonly mounts: readonly Block[];
  readonly masks: readonly Block[] | undefined;
  /** Last before the root is entered, and first after. */
  readonly last: readonly Block[];
  readonly entered: readonly Block[];
  /** Descriptors of the caller's that are read while the plan is carried out. */
  readonly descriptors: readonly number[];
}
