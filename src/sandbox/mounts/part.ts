/** What mount options make of a plan, by place. */
import type { Block } from "../../plan/plan.ts";

/** Blocks that `../root.ts` puts where they belong. */
export interface MountPart {
  readonly outside: readonly Block[];
}
