/** A plan that tells what it does while it does it: `-v`. */

import { encoded } from "./block.ts";
import { readable } from "./decode.ts";
import { describe } from "./describe.ts";
import type { EncodedPlan, Op } from "./plan.ts";

/** A line of `say` is cut there by the helper. */
const LONGEST = 900;

/** The same plan, each step announced by a `say` before it. */
export function narrated(plan: EncodedPlan): EncodedPlan {
  const whole = readable(plan);
  const { ops, ...frame } = whole;
  const told = ops.flatMap((op): Op[] => [{ op: "say", text: describe(op, whole).slice(0, LONGEST) }, op]);
  return encoded({ ...frame, ops: told });
}
