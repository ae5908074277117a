/** A run's plan as a program of its own: the helper with the plan behind it, and no Bun. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encoded } from "../../src/plan/block.ts";
import { readable } from "../../src/plan/decode.ts";
import { encode } from "../../src/plan/encode.ts";
import type { OpName } from "../../src/plan/ops.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { PLAIN_REQUEST } from "../../src/sandbox/plain-request.ts";
import { planRun } from "../../src/sandbox/plan-run.ts";
import { HELPER } from "../../src/sys/helper.gen.ts";
import { scratch } from "./things.ts";

/** The plan of `nsbox run TREE /bin/true` by root. */
export function plainPlan(tree: string): Plan {
  const caller = { uid: 0, gid: 0, env: { TERM: "dumb" }, color: undefined, bytes: false };
  return readable(planRun({ ...PLAIN_REQUEST, root: tree, command: ["/bin/true"] }, caller).plan);
}

/** `plan` without the operations of these names. */
export const without = (plan: Plan, names: readonly OpName[]): Plan => ({
  ...plan,
  ops: plan.ops.filter(({ op }) => !names.includes(op)),
});

/** `plan` and the helper as an executable file. */
export function stored(name: string, plan: Plan): string {
  const file = join(scratch(), `plan-${name.replaceAll(" ", "-")}`);
  const text = new TextEncoder().encode(encode(encoded(plan), -1));
  writeFileSync(file, Buffer.concat([Uint8Array.fromBase64(HELPER), text]), { mode: 0o755 });
  return file;
}
