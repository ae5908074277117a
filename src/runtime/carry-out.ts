/** A plan without a command, carried out by the helper in a process of its own. */
import { closeSync } from "node:fs";
import { encoded } from "../plan/block.ts";
import type { Op } from "../plan/plan.ts";
import { HELPER } from "../sys/helper.gen.ts";
import { memoryFile } from "./containers/relaunch.ts";
import { planBytes } from "./launch.ts";

/**
 * Carries out `ops`, all of them `before`, and waits for the end. `title`: what ps shows.
 * Returns the exit status and, where a step failed, the words `step N of the plan failed with errno N`.
 */
export function carryOut(ops: readonly Op[], title: string): { status: number; errors: string } {
  const helper = Uint8Array.fromBase64(HELPER);
  const plan = encoded({ ops, argv: [title], env: [], display: "", bytes: false });
  const bytes = planBytes(plan, -1);
  const whole = new Uint8Array(helper.length + bytes.length);
  whole.set(helper);
  whole.set(bytes, helper.length);
  const file = memoryFile(whole);
  if (file < 0) return { status: 125, errors: `memfd_create failed with errno ${-file}` };
  const { exitCode, stderr } = Bun.spawnSync([`/proc/${process.pid}/fd/${file}`], {
    argv0: `nsbox ${title}`,
    cwd: "/",
    env: {},
    stdio: ["ignore", "ignore", "pipe"],
  });
  closeSync(file);
  return { status: exitCode, errors: stderr.toString() };
}
