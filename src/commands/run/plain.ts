/** The short way to a plain run; everything else, and whatever goes wrong, is for `../run.ts`. */
import { launch } from "../../runtime/launch.ts";
import { plainRun } from "../../sandbox/plain-run.ts";

/** Runs `args`, the words behind `run`, if they are plain; else, or where that failed, comes back. */
export function runPlain(args: readonly string[]): void {
  const plan = process.geteuid!() === 0 ? plainRun(args, process.env) : undefined;
  if (plan !== undefined) launch(plan, `nsbox run ${args.join(" ").slice(0, 4096)}`);
}
