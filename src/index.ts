/** nsbox as a library: what is seen of namespaces, plans, what is done with them, and the native calls below. */
export { discover, type Looking } from "./ns/discover.ts";
export {
  type Edge,
  type Forest,
  type ForestOptions,
  forest,
  type Hierarchy,
  type Node,
  walk,
} from "./ns/forest.ts";
export { KINDS, type Kind, type KindName } from "./ns/kinds.ts";
export type * from "./ns/model.ts";
export * as relations from "./ns/references.ts";
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
