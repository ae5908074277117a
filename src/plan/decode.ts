/** Text back to plan: for the report of a failure, and for the test that both directions agree. */
import { ABI_HASH } from "./abi.gen.ts";
import { encode } from "./encode.ts";
import { MAGIC } from "./magic.ts";
import { TEXTS } from "./operation.ts";
import { OP_NAMES, OPS } from "./ops.ts";
import type { EncodedPlan, Op, Plan } from "./plan.ts";

/**
 * Decodes what `encode` made.
 * @throws Error where the text is not a plan of this build.
 */
export function decode(text: string, bytes: boolean): Plan {
  const words = text.split("\0");
  let at = 0;
  const next = (): string => {
    const word = words[at++];
    if (word === undefined) throw new Error("Truncated plan");
    return word;
  };
  if (next() !== MAGIC || next() !== ABI_HASH) throw new Error("Not a plan of this build");
  next(); // the executable's descriptor
  const display = next();
  at += 2; // the injection
  const [ops, argc, envc] = [Number(next()), Number(next()), Number(next())];
  const take = (count: number) => Array.from({ length: count }, next);
  return {
    ops: Array.from({ length: ops }, () => operation(next)),
    argv: take(argc),
    env: take(envc),
    display,
    bytes,
  };
}

/** A plan to be carried out as one to be read. */
export const readable = (plan: EncodedPlan): Plan => decode(encode(plan, -1), plan.bytes);

function operation(next: () => string): Op {
  const name = OP_NAMES[Number(next())];
  if (name === undefined) throw new Error("Unknown operation");
  const op: Record<string, string | number> = { op: name };
  for (const [field, kind] of Object.entries(OPS[name].fields)) {
    const word = next();
    op[field] = (TEXTS as readonly string[]).includes(kind) ? word : Number(word);
  }
  return op as Op;
}
