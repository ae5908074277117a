/**
 * Where in the plan each security layer stands, so that it can still be set: limits, (groups, ids,)
 * capabilities, no_new_privs, Landlock, the filters last. With `--new-privs` Landlock and the filters want
 * CAP_SYS_ADMIN, so there they come before the ids.
 */
import { block } from "../../plan/block.ts";
import type { Block } from "../../plan/plan.ts";
import { resourceNumber } from "../../sys/resources.ts" with { type: "macro" };
import { FILTER } from "./filter.gen.ts";
import { capabilityBlock, landlockBlocks, limitBlocks } from "./layers.ts";
import { securityOps } from "./ops.ts" with { type: "macro" };
import type { LandlockRequest, SecurityRequest } from "./request.ts";
import { SCOPE } from "./scope.ts";

const CONSTANT = securityOps();
const NO_LANDLOCK: LandlockRequest = { off: false, readOnly: [], readWrite: [], tcp: [] };

const RLIMIT_CORE = resourceNumber("core");

/** What the layers follow from, beside what was asked of them. */
export interface Surroundings {
  /** Options were given; undefined for none. */
  readonly security: SecurityRequest | undefined;
  /** The host's network is the command's. */
  readonly netIsShared: boolean;
  /** The command joins processes that it may want to signal. */
  readonly pidIsJoined: boolean;
  /** The command is uid 0 inside. */
  readonly isRoot: boolean;
  /** It has no mount namespace. */
  readonly chroot: boolean;
}

/** What comes before the command's ids. */
export function securityBefore(blocks: Block[], around: Surroundings): void {
  const { security } = around;
  blocks.push(CONSTANT.keyring);
  // Who lowers a hard limit first cannot raise it again.
  if (!security?.limits.some(({ resource }) => resource === RLIMIT_CORE)) blocks.push(CONSTANT.noCore);
  if (security === undefined) return;
  blocks.push(...limitBlocks(security, false));
  if (!security.newPrivs) return;
  addLandlock(blocks, around);
  blocks.push(CONSTANT.guard);
  addFilter(blocks, security);
}

/** What comes behind them: nobody can gain anything any more. */
export function securityAfter(blocks: Block[], around: Surroundings): void {
  const { security, isRoot, chroot } = around;
  if (security !== undefined || chroot) blocks.push(capabilityBlock(security, isRoot, chroot));
  else blocks.push(isRoot ? CONSTANT.root : CONSTANT.user);
  if (security?.newPrivs === true) return;
  blocks.push(CONSTANT.noNewPrivs);
  addLandlock(blocks, around);
  blocks.push(CONSTANT.guard);
}

/** The last steps before the command. */
export function securityLast(blocks: Block[], { security }: Surroundings, preserve: readonly number[]): void {
  if (security !== undefined) blocks.push(...limitBlocks(security, true));
  // The helper wants them in ascending order.
  const keep = preserve.length > 1 ? preserve.toSorted((a, b) => a - b) : preserve;
  blocks.push(block({ op: "close_fds", keep: keep.join() }), CONSTANT.end);
  if (security?.newPrivs !== true) addFilter(blocks, security);
}

/** Signals never leave: without a terminal of its own the command is in the caller's process group. */
function addLandlock(blocks: Block[], { security, netIsShared, pidIsJoined }: Surroundings): void {
  if (security === undefined && !netIsShared && !pidIsJoined) {
    blocks.push(CONSTANT.landlock);
    return;
  }
  const scope = (pidIsJoined ? 0 : SCOPE.signals) + (netIsShared ? SCOPE.abstractSockets : 0);
  blocks.push(...landlockBlocks(security?.landlock ?? NO_LANDLOCK, scope));
}

function addFilter(blocks: Block[], security: SecurityRequest | undefined): void {
  const filter = security?.seccomp ?? FILTER;
  if (filter !== "off") blocks.push(block({ op: "seccomp", program: filter.program, flags: filter.flags }));
}
