/**
 * Operations that are the same in every plan they stand in, but for those on the root filesystem
 * (`./root-ops.ts`) and the security layers (`./security/ops.ts`), encoded when nsbox is built.
 */
import type { Block, Op } from "../plan/plan.ts";
import { encodeBlocks } from "./encode-blocks.ts";

const OPS = {
  /** First of all. */
  begin: [{ op: "standard_fds" }, { op: "restore_nofile" }],
  loopback: [{ op: "link_up", name: "lo" }],
  ownCgroups: [{ op: "unshare_cgroup" }],
  undumpable: [{ op: "undumpable" }],
  /** The caller's supplementary groups are not the command's. */
  noGroups: [{ op: "groups", gids: "", optional: 1 }],
} as const satisfies Readonly<Record<string, readonly Op[]>>;

/** Called when nsbox is built. */
export const constantOps = (): Readonly<Record<keyof typeof OPS, Block>> => encodeBlocks(OPS);
