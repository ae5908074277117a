/** From operations to blocks: the encoding of what only the command line knows. */
import { encodeOp } from "./encode-op.ts";
import { layout } from "./layout.ts" with { type: "macro" };
import type { Block, EncodedPlan, Op, Plan } from "./plan.ts";

const LAYOUT = layout();

/** One operation as a block. */
export const block = (op: Op): Block => ({ text: encodeOp(LAYOUT, op), count: 1 });

/** A plan to be read as one to be carried out. */
export const encoded = ({ ops, ...frame }: Plan): EncodedPlan => ({ ...frame, blocks: ops.map(block) });
