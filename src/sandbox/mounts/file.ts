/** Files with a content of the run's own: how one is mounted over what ROOTFS has at its place. */
import { block } from "../../plan/block.ts";
import { MOUNT_ATTR, PROPAGATION } from "../../plan/constants.ts";
import type { Op } from "../../plan/plan.ts";
import type { MountPart } from "./part.ts";
import type { FileItem } from "./request.ts";

/** Anything that is no directory, for a mount point that is to be a file. */
const A_FILE = "/dev/null";

/** The helper's word for what is done where it can be. */
export const IF_POSSIBLE = 2;

/** The mount point, where ROOTFS itself may lack it. */
export const filePoint = ({ target, optional }: FileItem): Op => ({
  op: "mount_point",
  path: target,
  slot: 0,
  like: A_FILE,
  follow: optional ? IF_POSSIBLE : 1,
});

/** The file; `bound`: it is bound over what is there, and else made there. With `quiet` nobody hears that it could not be. */
export function fileOp({ target, mode, content, optional }: FileItem, bound: boolean, quiet: boolean): Op {
  const [from, text] = typeof content === "number" ? [content, ""] : [-1, content];
  const how = bound ? (optional ? IF_POSSIBLE : 1) : 0;
  const otherwise =
    how === IF_POSSIBLE && !quiet
      ? `note: Inside there is no ${target}, nor a place to make it: the network's is left out\n`
      : "";
  return { op: "file", path: target, mode, content: text, from, bound: how, otherwise };
}

/**
 * The mounts of a run whose only ones are these files, with their text: what `./index.ts` makes of them too. But
 * that is for all that can be asked for, and takes longer to load than a network to be set up.
 */
export const filesAlone = (items: readonly FileItem[], quiet: boolean): MountPart => ({
  ownRoot: false,
  noTree: false,
  reveals: false,
  manySources: false,
  points: items.map((item) => block(filePoint(item))),
  outside: [],
  sources: [],
  root: [
    block({ op: "propagation", kind: PROPAGATION.MS_REC | PROPAGATION.MS_PRIVATE }),
    block({ op: "scratch", options: "mode=755", bound: 1 }),
    block({ op: "bind_root", attributes: MOUNT_ATTR.MOUNT_ATTR_NODEV }),
  ],
  devices: undefined,
  sys: undefined,
  mounts: items.map((item) => block(fileOp(item, true, quiet))),
  masks: undefined,
  last: [],
  entered: [],
  descriptors: [],
});
