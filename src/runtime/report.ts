/** The words for a failed step: what was being done to what, why it failed, what to do about it. */
import { readFileSync } from "node:fs";
import type { Operation } from "../plan/operation.ts";
import { OPS } from "../plan/ops.ts";
import type { Op, Plan } from "../plan/plan.ts";
import { errnoName, errnoText } from "../sys/errno.ts";
import { NsboxError } from "../util/errors.ts";
import { action } from "./action.ts";
import { finding } from "./finding.ts";
import { planBehind } from "./plan-behind.ts";
import { missingKinds } from "./why-clone.ts";
import { whyEnter } from "./why-enter.ts";
import { whyExec } from "./why-exec.ts";
import { hasMountedFiles, whyExecMounted } from "./why-exec-mounted.ts";

const EINVAL = 22;

/** What gives a command another root than the caller's. */
const ROOTS: readonly string[] = ["pivot_root", "chroot", "join_mounts"];

/** A failed step of a plan. */
export interface Failure {
  readonly plan: Plan;
  /** From 1. */
  readonly step: number;
  readonly errno: number;
}

/** Reads the plan behind the helper in `descriptor`. */
export const readPlan = (descriptor: number): Plan => planBehind(readFileSync(`/proc/self/fd/${descriptor}`));

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
  const ops = plan.ops
    .filter(needed)
    .map((op): Op => (op.op === "clone" || op.op === "bind_namespaces" ? { ...op, flags } : op));
  return { plan: { ...plan, ops }, lacking: missing.map(({ title }) => title) };
}

/** The error for a failed step. */
export function failureError({ plan, step, errno }: Failure): NsboxError {
  const op = plan.ops[step - 1];
  if (op === undefined) return new NsboxError(`Step ${step} of the plan failed`, { cause: errnoText(errno) });
  const target = plan.ops.find((other) => other.op === "open_target");
  if (target !== undefined) {
    const found = whyEnter(plan, op, target, errno);
    if (found !== undefined) return found;
  }
  const root = plan.ops.find((other) => other.op === "open_root")?.path ?? "/";
  const lock = plan.ops.find((other) => other.op === "lock_root");
  const states = lock === undefined ? ["/"] : [lock.state, lock.otherwise];
  if (op.op === "exec" && hasMountedFiles(plan)) return whyExecMounted(plan.argv[0] ?? "", op.path, errno);
  if (op.op === "exec") {
    const hasRoot = plan.ops.some((other) => ROOTS.includes(other.op));
    const cwd = plan.ops.findLast((other) => other.op === "chdir")?.path ?? (hasRoot ? "/" : process.cwd());
    const landlock = plan.ops.some((other) => other.op === "landlock_path");
    const place = hasRoot ? undefined : "the caller's own files";
    return whyExec(root, plan.argv[0] ?? "", op.path, cwd, errno, landlock, place);
  }
  const row: Operation = OPS[op.op];
  // As --explain counts them: what -v says is no step.
  const numberOf = (last: number) => plan.ops.slice(0, last).filter((other) => other.op !== "say").length;
  const { cause, hint } = finding(op, { plan, root, states, errno });
  const call = `${row.call}: ${errnoText(errno)}`;
  return new NsboxError(action(op, root, plan), {
    cause: `${cause === undefined ? call : `${cause}; ${call}`} at step ${numberOf(step)} of ${numberOf(plan.ops.length)}`,
    ...(hint === undefined ? {} : { hint }),
    code: "step-failed",
    op: op.op,
    errno: errnoName(errno),
  });
}
