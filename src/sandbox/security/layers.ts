/** Security layers as operations, where options say how they are to be. */
import { block } from "../../plan/block.ts";
import type { Block } from "../../plan/plan.ts";
import { capabilityNumber, keptCapabilities } from "../../sys/capabilities.ts" with { type: "macro" };
import { holds } from "../../sys/capabilities.ts";
import { resourceNumber } from "../../sys/resources.ts" with { type: "macro" };
import type { LandlockRequest, Limit, SecurityRequest } from "./request.ts";

const KEPT = keptCapabilities();
const SYS_CHROOT = capabilityNumber("SYS_CHROOT");

const RLIMIT_NOFILE = resourceNumber("nofile");

/** The set-up itself needs some descriptors: a limit as low as this waits until it is done. */
const FEW_FILES = 64;

/** Limits, priorities and processors; `last`: those that would get in the way of the set-up. */
export function limitBlocks({ limits, nice, cpuAffinity }: SecurityRequest, last: boolean): Block[] {
  const waits = ({ resource, soft }: Limit) => resource === RLIMIT_NOFILE && soft >= 0 && soft < FEW_FILES;
  const blocks = limits
    .filter((limit) => waits(limit) === last)
    .map((limit) => block({ op: "limit", ...limit, lower: 0 }));
  if (last) return blocks;
  if (nice !== undefined) blocks.push(block({ op: "nice", value: nice }));
  if (cpuAffinity !== undefined) blocks.push(block({ op: "cpu_affinity", cpus: cpuAffinity }));
  return blocks;
}

/**
 * The capability sets. `isRoot`: the command is uid 0 inside. `chroot`: it has no mount namespace, and with
 * CAP_SYS_CHROOT, unless that was asked for by name, would climb out.
 */
export function capabilityBlock(
  security: SecurityRequest | undefined,
  isRoot: boolean,
  chroot: boolean,
): Block {
  const { bounding: asked, added, required } = security ?? { bounding: KEPT, added: 0, required: 0 };
  const taken = chroot && holds(asked, SYS_CHROOT) && !holds(required, SYS_CHROOT) ? 2 ** SYS_CHROOT : 0;
  const bounding = asked - taken;
  return block({
    op: "capabilities",
    bounding,
    permitted: isRoot ? bounding : added,
    ambient: isRoot ? 0 : added,
    required,
  });
}

/** The first ABI that knows files, and TCP ports. */
const ABI = { files: 1, tcp: 4 } as const;

/** `scope`: bits of SCOPE. Nothing where there is nothing to restrict. */
export function landlockBlocks({ off, readOnly, readWrite, tcp }: LandlockRequest, scope: number): Block[] {
  const files = readOnly.length + readWrite.length > 0;
  if (off || (!files && tcp.length === 0 && scope === 0)) return [];
  return [
    block({
      op: "landlock_ruleset",
      filesystem: files ? 1 : 0,
      tcp: tcp.length > 0 ? 1 : 0,
      scope,
      needed: tcp.length > 0 ? ABI.tcp : files ? ABI.files : 0,
    }),
    ...readOnly.map((path) => block({ op: "landlock_path", path, write: 0 })),
    ...readWrite.map((path) => block({ op: "landlock_path", path, write: 1 })),
    ...tcp.map((port) => block({ op: "landlock_port", port })),
    block({ op: "landlock_restrict" }),
  ];
}
