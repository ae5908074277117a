/** The words for a failed step: what was being done to what, why it failed, what to do about it. */
import { readFileSync } from "node:fs";
import { decode } from "../plan/decode.ts";
import { describe } from "../plan/describe.ts";
import type { Operation } from "../plan/operation.ts";
import { OPS } from "../plan/ops.ts";
import type { Op, Plan } from "../plan/plan.ts";
import { errnoName, errnoText } from "../sys/errno.ts";
import { HELPER } from "../sys/helper.gen.ts";
import { NsboxError } from "../util/errors.ts";
import { type Finding, missingKinds, whyClone, whyTimeOffsets } from "./why-clone.ts";
import { whyExec } from "./why-exec.ts";
import { unfitStream, whyMount, whyStandardFds } from "./why-mount.ts";
import { whyChdir, whyLock, whyMountPoint, whyOpenRoot } from "./why-root.ts";

const EINVAL = 22;

/** A failed step of a plan. */
export interface Failure {
  readonly plan: Plan;
  /** From 1. */
  readonly step: number;
  readonly errno: number;
}

/** Reads the plan behind the helper in `descriptor`. */
export function readPlan(descriptor: number): Plan {
  const helper = Uint8Array.fromBase64(HELPER).length;
  const encoded = readFileSync(`/proc/self/fd/${descriptor}`).subarray(helper);
  try {
    return decode(new TextDecoder("utf-8", { fatal: true }).decode(encoded), false);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return decode(encoded.toString("latin1"), true);
  }
}

/**
 * The plan without the kinds that this kernel lacks, where that was why the clone failed; else undefined.
 */
export function withoutMissingKinds({
  plan,
  step,
  errno,
}: Failure): { plan: Plan; lacking: string[] } | undefined {
  const failed = plan.ops[step - 1];
  if (failed?.op !== "clone" || errno !== EINVAL) return undefined;
  const missing = missingKinds(failed.flags);
  if (missing.length === 0) return undefined;
  const names: readonly string[] = missing.map(({ name }) => name);
  const flags = missing.reduce((left, { flag }) => left - flag, failed.flags);
  const needed = ({ op }: Op) => {
    const { kind }: Operation = OPS[op];
    return kind === undefined || !names.includes(kind);
  };
  const ops = plan.ops.filter(needed).map((op): Op => (op.op === "clone" ? { op: "clone", flags } : op));
  return { plan: { ...plan, ops }, lacking: missing.map(({ title }) => title) };
}

/** The error for a failed step. */
export function failureError({ plan, step, errno }: Failure): NsboxError {
  const op = plan.ops[step - 1];
  if (op === undefined) return new NsboxError(`Step ${step} of the plan failed`, { cause: errnoText(errno) });
  const root = plan.ops.find((other) => other.op === "open_root")?.path ?? "/";
  const state = plan.ops.find((other) => other.op === "lock_root")?.state ?? "/";
  if (op.op === "exec") {
    const cwd = plan.ops.findLast((other) => other.op === "chdir")?.path ?? "/";
    return whyExec(root, plan.argv[0] ?? "", op.path, cwd, errno);
  }
  const row: Operation = OPS[op.op];
  const { cause, hint } = finding(op, { plan, root, state, errno });
  const call = `${row.call}: ${errnoText(errno)}`;
  return new NsboxError(action(op, root), {
    cause: `${cause === undefined ? call : `${cause}; ${call}`} at step ${step} of ${plan.ops.length}`,
    ...(hint === undefined ? {} : { hint }),
    code: "step-failed",
    op: op.op,
    errno: errnoName(errno),
  });
}

/** What the causes are looked for in. */
interface Place {
  readonly plan: Plan;
  readonly root: string;
  readonly state: string;
  readonly errno: number;
}

/** The `error:` line. Operations whose sentence would not name the thing as the user knows it have their own. */
function action(op: Op, root: string): string {
  switch (op.op) {
    case "open_root":
      return `Cannot open root filesystem "${op.path}"`;
    case "lock_root":
      return `Cannot lock root filesystem "${root}"`;
    case "mount_point":
      return `Cannot use "${op.path}" of root filesystem "${root}" as a mount point`;
    case "mount":
      return `Cannot mount ${op.type} on "${op.target}"`;
    case "clone":
      return "Cannot create namespaces";
    case "chdir":
      return `Cannot go to directory "${op.path}" in root filesystem "${root}"`;
    case "standard_fds":
      return `Cannot hand on ${unfitStream()?.name ?? "standard input, output and error"}`;
    default: {
      const sentence = describe(op);
      return `Cannot ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
    }
  }
}

function finding(op: Op, { plan, root, state, errno }: Place): Finding {
  switch (op.op) {
    case "open_root":
      return whyOpenRoot(op.path, plan.argv[0] ?? "", errno);
    case "lock_root":
      return whyLock(errno);
    case "mount_point":
      return whyMountPoint(root, op.path, state, errno);
    case "clone":
      return whyClone(op.flags, errno);
    case "mount":
      return whyMount(op.type, errno);
    case "propagation":
      return errno === EINVAL ? { cause: "nsbox itself runs in a chroot, whose root is no mount point" } : {};
    case "chdir":
      return whyChdir(root, op.path, errno);
    case "standard_fds":
      return whyStandardFds();
    case "time_offsets":
    case "child_time_offsets":
      return whyTimeOffsets(errno);
    default:
      return {};
  }
}
