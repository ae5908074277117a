import type { Layout } from "./layout.ts";
import type { Op } from "./plan.ts";

/** One operation: its code and its fields, each ended by NUL. */
export function encodeOp(layout: Layout, op: Op): string {
  const row = layout[op.op];
  const fields = row[1];
  let text = `${row[0]}\0`;
  for (let at = 0; at < fields.length; at++) text += `${op[fields[at] as keyof typeof op]}\0`;
  return text;
}
