/** The operation table as the encoder needs it: codes and field names, nothing else. */
import { OP_NAMES, OPS, type OpName } from "./ops.ts";

/** An operation's code, and its fields in order. */
export type Layout = Readonly<Record<OpName, readonly [code: number, fields: readonly string[]]>>;

/** Called when nsbox is built: the words of the table are not loaded where only codes are wanted. */
export const layout = (): Layout =>
  Object.fromEntries(
    OP_NAMES.map((name, code) => [name, [code, Object.keys(OPS[name].fields)]]),
  ) as unknown as Layout;
