/**
 * What each layer of the sandbox costs: the plan of a run without options, and the same plan without the
 * operations of one layer, each stored with the helper as a program of its own, so that Bun's start is not
 * in the way.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encoded } from "../../src/plan/block.ts";
import { readable } from "../../src/plan/decode.ts";
import { encode } from "../../src/plan/encode.ts";
import type { OpName } from "../../src/plan/ops.ts";
import type { Op, Plan } from "../../src/plan/plan.ts";
import { PLAIN_REQUEST } from "../../src/sandbox/plain-request.ts";
import { planRun } from "../../src/sandbox/plan-run.ts";
import { HELPER } from "../../src/sys/helper.gen.ts";
import { compete, type Goal } from "./measure.ts";
import { scratch } from "./things.ts";

/** The layers, and the operations that each is made of. */
const LAYERS: Readonly<Record<string, readonly OpName[]>> = {
  "masked and read-only paths": ["mask", "read_only"],
  "a keyring of its own": ["keyring"],
  "no core files": ["limit"],
  "no supplementary groups": ["groups"],
  capabilities: ["capabilities"],
  no_new_privs: ["undumpable", "no_new_privs"],
  Landlock: ["landlock_ruleset", "landlock_restrict"],
  "the guard of the terminal": ["guard_terminal"],
  "the system call filter": ["seccomp"],
};

/** `plan` and the helper as an executable file. */
function store(name: string, plan: Plan): string {
  const file = join(scratch(), `plan-${name.replaceAll(" ", "-")}`);
  const text = new TextEncoder().encode(encode(encoded(plan), -1));
  writeFileSync(file, Buffer.concat([Uint8Array.fromBase64(HELPER), text]), { mode: 0o755 });
  return file;
}

/** Measures the layers of a run as root and returns the goal for all of them. */
export function benchLayers(tree: string, rounds: number): Goal[] {
  const caller = { uid: 0, gid: 0, env: { TERM: "dumb" }, color: undefined, bytes: false };
  const request = { ...PLAIN_REQUEST, root: tree, command: ["/bin/true"] };
  const plan = readable(planRun(request, caller).plan);
  const without = (names: readonly OpName[]): Plan => ({
    ...plan,
    ops: plan.ops.filter(({ op }: Op) => !names.includes(op)),
  });
  const all = Object.values(LAYERS).flat();
  const contestants = [
    { name: "all", argv: [store("all", plan)] },
    { name: "none", argv: [store("none", without(all))] },
    ...Object.entries(LAYERS).map(([name, ops]) => ({ name, argv: [store(name, without(ops))] })),
  ];
  const results = compete(contestants, rounds * 5);
  const time = (name: string) => results.find((result) => result.name === name)?.median ?? Number.NaN;
  console.log(
    `\nwhat each layer costs a run, in ms (${rounds * 5} rounds; all kinds, root, without Bun's start)`,
  );
  for (const name of Object.keys(LAYERS)) {
    console.log(`${name.padEnd(45)} ${(time("all") - time(name)).toFixed(3)}`);
  }
  console.log(`${"all of them".padEnd(45)} ${(time("all") - time("none")).toFixed(3)}`);
  return [{ text: "all layers of the sandbox, ms", value: time("all") - time("none"), limit: 1 }];
}
