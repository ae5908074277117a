/** nsbox as a library: plans, what is done with them, and the native calls below. */
export { KINDS, type Kind, type KindName } from "./ns/kinds.ts";
export { block, encoded } from "./plan/block.ts";
export { decode, readable } from "./plan/decode.ts";
export { describe, explainJson, explainText } from "./plan/describe.ts";
export { encode } from "./plan/encode.ts";
export type { Operation } from "./plan/operation.ts";
export { OPS, type OpName } from "./plan/ops.ts";
export type { Block, EncodedPlan, Op, Plan } from "./plan/plan.ts";
export { launch } from "./runtime/launch.ts";
export { type PlannedRun, planRun } from "./sandbox/plan-run.ts";
export type { Caller, RunRequest } from "./sandbox/request.ts";
export { cloneInto, helperAbi, launchPlan, type NamespaceLink, scanNamespaces, setns } from "./sys/helper.ts";
