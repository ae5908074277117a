/**
 * Where in the plan each security layer stands, so that it can still be set: limits, (groups, ids,)
 * capabilities, no_new_privs, Landlock, the filters last. With `--new-privs` Landlock and the filters want
 * CAP_SYS_ADMIN, so there they come before the ids.
 */
import { block } from "../../plan/block.ts";
import type { Block } from "../../plan/plan.ts";
import { FILTER } from "./filter.gen.ts";
import { capabilityBlock, landlockBlocks, limitBlocks, SCOPE } from "./layers.ts";
import { securityOps } from "./ops.ts" with { type: "macro" };
import type { LandlockRequest, SecurityRequest } from "./request.ts";

const CONSTANT = securityOps();
const NO_LANDLOCK: LandlockRequest = { off: false, readOnly: [], readWrite: [], tcp: [] };

/** What the command shares with the host, and Landlock closes where it can. */
export interface Shared {
  readonly net: boolean;
  readonly pid: boolean;
}

/** What comes before the command's ids. */
export function securityBefore(blocks: Block[], security: SecurityRequest | undefined, shared: Shared): void {
  blocks.push(CONSTANT.keyring, CONSTANT.noCore);
  if (security === undefined) return;
  blocks.push(...limitBlocks(security));
  if (!security.newPrivs) return;
  addLandlock(blocks, security, shared);
  blocks.push(CONSTANT.guard);
  addFilter(blocks, security);
}

/** What comes behind them, all but the exec. */
export function securityLast(
  blocks: Block[],
  security: SecurityRequest | undefined,
  shared: Shared,
  isRoot: boolean,
  chroot: boolean,
  cwd: string | undefined,
  preserve: readonly number[],
): void {
  if (security !== undefined || chroot) blocks.push(capabilityBlock(security, isRoot, chroot));
  else blocks.push(isRoot ? CONSTANT.root : CONSTANT.user);
  if (cwd !== undefined) blocks.push(block({ op: "chdir", path: cwd }));
  const newPrivs = security?.newPrivs === true;
  if (!newPrivs) {
    blocks.push(CONSTANT.noNewPrivs);
    addLandlock(blocks, security, shared);
    blocks.push(CONSTANT.guard);
  }
  blocks.push(block({ op: "close_fds", keep: preserve.toSorted((a, b) => a - b).join() }), CONSTANT.end);
  if (!newPrivs) addFilter(blocks, security);
}

function addLandlock(blocks: Block[], security: SecurityRequest | undefined, { net, pid }: Shared): void {
  const scope = (net ? SCOPE.abstractSockets : 0) | (net || pid ? SCOPE.signals : 0);
  if (security === undefined && scope === 0) return;
  blocks.push(...landlockBlocks(security?.landlock ?? NO_LANDLOCK, scope));
}

function addFilter(blocks: Block[], security: SecurityRequest | undefined): void {
  const filter = security?.seccomp ?? FILTER;
  if (filter !== "off") blocks.push(block({ op: "seccomp", program: filter.program, flags: filter.flags }));
}
