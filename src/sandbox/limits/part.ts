/** What limits make of a plan. */
import type { Block } from "../../plan/plan.ts";

/** The operations on the command's cgroups. */
export interface LimitsPart {
  /** The monitor's, before the clone: groups are made and written to, and the child is born in them. */
  readonly before: readonly Block[];
}
