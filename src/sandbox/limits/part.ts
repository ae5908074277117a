/** What limits make of a plan. */
import type { Block } from "../../plan/plan.ts";

/** The operations on the command's cgroups. */
export interface LimitsPart {
  /** The monitor's, while the child waits: groups are made, written to, and the child is put in. */
  readonly outside: readonly Block[];
}
