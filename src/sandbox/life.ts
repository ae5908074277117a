/** What a run's way of living adds to its plan. */
import type { Block } from "../plan/plan.ts";

/** The operations of `--tty`, `--pid-file` and their kin. */
export interface LifePart {
  /** The monitor's, first of all that it does. */
  readonly before: readonly Block[];
  /** The monitor's, while the child waits. */
  readonly outside: readonly Block[];
  /** The child's, once it is who it shall be: its terminal and session. */
  readonly inside: readonly Block[];
  /** The caller's descriptors that the monitor needs. */
  readonly descriptors: readonly number[];
}
