/**
 * What each layer of the sandbox costs: the plan of a run without options, and the same plan without the
 * operations of one layer, each stored as a program, so that Bun's start is not in the way.
 */
import type { OpName } from "../../src/plan/ops.ts";
import { compete, type Goal } from "./measure.ts";
import { plainPlan, stored, without } from "./plans.ts";

/** The layers, and the operations that each is made of. */
const LAYERS: Readonly<Record<string, readonly OpName[]>> = {
  "masked and read-only paths": ["hide_filesystems", "mask", "read_only"],
  "a keyring of its own": ["keyring"],
  "no core files": ["limit"],
  "no supplementary groups": ["groups"],
  capabilities: ["capabilities"],
  no_new_privs: ["undumpable", "no_new_privs"],
  Landlock: ["landlock_ruleset", "landlock_restrict"],
  "the guard of the terminal": ["guard_terminal"],
  "the system call filter": ["seccomp"],
};

/** Measures the layers of a run as root and returns the goal for all of them. */
export function benchLayers(tree: string, rounds: number): Goal[] {
  const plan = plainPlan(tree);
  const all = Object.values(LAYERS).flat();
  const contestants = [
    { name: "all", argv: [stored("all", plan)] },
    { name: "none", argv: [stored("none", without(plan, all))] },
    ...Object.entries(LAYERS).map(([name, ops]) => ({ name, argv: [stored(name, without(plan, ops))] })),
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
