/** nsbox as a library: what is seen of namespaces, plans, what is done with them, and the native calls below. */
export { type CapabilitiesIn, capabilitiesIn } from "./ns/capabilities-in.ts";
export { readDetails } from "./ns/details.ts";
export type { Row, Section, Side } from "./ns/diff/rows.ts";
export { diffWorlds } from "./ns/diff.ts";
export { discover, type Looking } from "./ns/discover.ts";
export { type DumpOptions, readDump, writeDump } from "./ns/dump.ts";
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
export { type Entry, mayEnter } from "./ns/may-enter.ts";
/** What all of it is made of: Snapshot, Namespace, Process, … */
export type * from "./ns/model.ts";
export { hiddenMounts, type MountNode, mountAt, mountTree } from "./ns/mount-tree.ts";
export { type Numbered, numbersOf, pidIn, processCalled } from "./ns/pid-map.ts";
export * as relations from "./ns/references.ts";
export { type Changes, changes } from "./ns/watch.ts";
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
