/**
 * Plan to text. The encoding is a list of fields, each ended by NUL (so `tr '\0' '\n'` shows a plan):
 *
 *     magic, hash of the operation table, descriptor of nsbox's own executable, display variable,
 *     step and errno of an injected failure, or where to wait (tests; 0 0 otherwise),
 *     count of operations, of arguments, of environment entries,
 *     then each operation as its code and its fields, then arguments, then environment.
 *
 * The helper checks all of it before it does anything (`csrc/plan.c`).
 */
import { ABI_HASH } from "./abi.gen.ts";
import { MAGIC } from "./magic.ts";
import type { EncodedPlan } from "./plan.ts";

/**
 * A failure that the helper is told to meet: the test of every undo. Steps count from 1. With errno 0 whoever
 * comes to that step, or to that phase (`./phases.ts`), waits there for SIGCONT: the test of every kill.
 */
export interface Injection {
  readonly step: number;
  readonly errno: number;
}

/**
 * The encoded plan as a string, one character a byte or not as `plan.bytes` says.
 * `executable` is the descriptor that a report of failure executes, -1 for none.
 */
export function encode(plan: EncodedPlan, executable: number, injection?: Injection): string {
  const { blocks, argv, env } = plan;
  let ops = "";
  let count = 0;
  for (let at = 0; at < blocks.length; at++) {
    ops += blocks[at]!.text;
    count += blocks[at]!.count;
  }
  let text = `${MAGIC}\0${ABI_HASH}\0${executable}\0${plan.display}\0${injection?.step ?? 0}\0${injection?.errno ?? 0}\0${count}\0${argv.length}\0${env.length}\0${ops}`;
  for (let at = 0; at < argv.length; at++) text += `${argv[at]}\0`;
  for (let at = 0; at < env.length; at++) text += `${env[at]}\0`;
  return text;
}
