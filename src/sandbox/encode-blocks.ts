/** What macros encode when nsbox is built. */
import { encodeOp } from "../plan/encode-op.ts";
import { layout } from "../plan/layout.ts";
import type { Block, Op } from "../plan/plan.ts";

/** Lists of operations as blocks, by the same names. */
export function encodeBlocks<Name extends string>(
  lists: Readonly<Record<Name, readonly Op[]>>,
): Readonly<Record<Name, Block>> {
  const codes = layout();
  const blockOf = (ops: readonly Op[]): Block => ({
    text: ops.map((op) => encodeOp(codes, op)).join(""),
    count: ops.length,
  });
  const blocks = Object.entries<readonly Op[]>(lists).map(([name, ops]) => [name, blockOf(ops)]);
  return Object.fromEntries(blocks) as Record<Name, Block>;
}
