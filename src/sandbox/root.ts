/** The root filesystem: what is done to it before the clone, and what inside. */
import type { KindName } from "../ns/kinds.ts";
import { block } from "../plan/block.ts";
import type { Block } from "../plan/plan.ts";
import type { MountPart } from "./mounts/part.ts";
import type { Caller, RunRequest } from "./request.ts";
import { rootOps } from "./root-ops.ts" with { type: "macro" };
import { stateDirectories } from "./state.ts";

const CONSTANT = rootOps();

/**
 * Processes are neither the command's own nor those of another container: then /proc is the host's. Where
 * ROOTFS is `/` it is there.
 */
const hasHostProc = ({ root, joins }: RunRequest, kinds: readonly KindName[], mounts?: MountPart): boolean =>
  !kinds.includes("pid") &&
  joins.findIndex(({ kind }) => kind === "pid") < 0 &&
  (root !== "/" || mounts?.ownRoot === true);

/** What the monitor does to the root filesystem before the clone. */
export function rootBefore(
  blocks: Block[],
  request: RunRequest,
  kinds: readonly KindName[],
  caller: Caller,
  mounts?: MountPart,
): void {
  if (mounts?.manySources) blocks.push(CONSTANT.moreFiles);
  if (mounts?.noTree) return;
  blocks.push(block({ op: "open_root", path: request.root }));
  if (!kinds.includes("mnt") || mounts?.ownRoot) return;
  blocks.push(block({ op: "lock_root", ...stateDirectories(caller) }), CONSTANT.devPoint);
  if (kinds.includes("pid") || hasHostProc(request, kinds, mounts)) blocks.push(CONSTANT.procPoint);
  if (kinds.includes("net")) blocks.push(CONSTANT.sysPoint);
  blocks.push(CONSTANT.tmpPoint);
  if (mounts !== undefined) blocks.push(...mounts.points);
}

/** What the monitor does while the child waits, after the ids are mapped. */
export function rootOutside(blocks: Block[], mounts?: MountPart): void {
  if (mounts !== undefined) blocks.push(...mounts.outside);
}

/** What the child opens of the host, before it becomes anybody else. */
export function rootSources(blocks: Block[], mounts?: MountPart): void {
  if (mounts !== undefined) blocks.push(...mounts.sources);
}

/** What the child does with it. `tty`: gid 5 is mapped; undefined without a user namespace of ours. */
export function rootInside(
  blocks: Block[],
  request: RunRequest,
  kinds: readonly KindName[],
  mounts: MountPart | undefined,
  tty: boolean | undefined,
): void {
  if (!kinds.includes("mnt")) {
    blocks.push(CONSTANT.chroot);
    return;
  }
  const add = (own: readonly Block[] | undefined, usual: Block): void => {
    if (own === undefined) blocks.push(usual);
    else blocks.push(...own);
  };
  const hostProc = hasHostProc(request, kinds, mounts);
  if (hostProc) blocks.push(CONSTANT.openHostProc);
  add(mounts?.root, CONSTANT.root);
  add(mounts?.devices, CONSTANT.devices);
  if (mounts?.devices === undefined) {
    blocks.push(tty === undefined ? CONSTANT.devpts : tty ? CONSTANT.devptsTty : CONSTANT.devptsMapped);
  }
  if (!mounts?.reveals) blocks.push(CONSTANT.hide);
  if (kinds.includes("pid")) blocks.push(CONSTANT.proc);
  else if (hostProc) blocks.push(CONSTANT.hostProc);
  if (kinds.includes("net")) add(mounts?.sys, CONSTANT.sys);
  if (!mounts?.ownRoot) blocks.push(CONSTANT.tmp);
  if (mounts !== undefined) blocks.push(...mounts.mounts);
  add(mounts?.masks, kinds.includes("net") ? CONSTANT.masks : CONSTANT.masksAndSys);
  if (mounts !== undefined) blocks.push(...mounts.last);
  if (mounts?.manySources) blocks.push(CONSTANT.usualFiles);
  blocks.push(CONSTANT.pivot);
  if (mounts !== undefined) blocks.push(...mounts.entered);
}

/** What the child does in the copy of a mount namespace: its root stays, and gets what was asked for. */
export function rootCopied(blocks: Block[], mounts?: MountPart): void {
  blocks.push(CONSTANT.isolate);
  if (mounts === undefined) return;
  blocks.push(...(mounts.root ?? []), ...mounts.mounts, ...(mounts.masks ?? []));
}
