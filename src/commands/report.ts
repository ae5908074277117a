/** `nsbox report`: what the monitor executes when a step failed. Nobody calls it by hand. */
import { fstatSync } from "node:fs";
import type { Command, Parsed } from "../cli/command.ts";
import { note } from "../cli/log.ts";
import { encoded } from "../plan/block.ts";
import type { Plan } from "../plan/plan.ts";
import { launch } from "../runtime/launch.ts";
import { launchAgain } from "../runtime/launch-again.ts";
import { preserve } from "../runtime/preserve.ts";
import { failureError, readPlan, withoutMissingKinds } from "../runtime/report.ts";
import { UsageError } from "../util/errors.ts";

/** `nsbox report`, which the monitor executes. */
export const command: Command = {
  name: "report",
  usage: "DESCRIPTOR STEP ERRNO | DESCRIPTOR WATCH counted NUMBER FIGURE…",
  description: "Words the failure of a step, or what the kernel counted. The monitor calls this.",
  flags: [],
  positionals: "mixed",
  examples: [],
  failure: 125,
  run,
};

const TITLE = "nsbox run";

async function run({ rest }: Parsed): Promise<number> {
  const [descriptor, step, errno] = rest.map(Number);
  const plan = descriptor === undefined ? undefined : planIn(descriptor);
  if (plan === undefined || step === undefined || errno === undefined) {
    throw new UsageError("nsbox calls this itself");
  }
  if (rest[2] === "counted") {
    const { countedText } = await import("../runtime/limits/counted.ts");
    const text = countedText({ plan, watch: step, count: Number(rest[3]), figures: rest.slice(4) });
    if (text !== undefined) await note(text);
    return 0;
  }
  const failure = { plan, step, errno };
  const smaller = withoutMissingKinds(failure);
  if (smaller === undefined) {
    if (plan.ops.some(({ op }) => op === "supervise")) {
      (await import("../runtime/containers/abandon.ts")).abandon(plan);
    }
    if (plan.ops.some(({ op }) => op === "lease")) {
      (await import("../runtime/networks/drop-leases.ts")).dropPlanned(plan);
    }
    throw failureError(failure);
  }
  await note(`This kernel has no ${smaller.lacking.join(" and no ")} namespaces: the command runs without`);
  const kept = smaller.plan.ops.find((op) => op.op === "close_fds")?.keep ?? "";
  if (kept !== "") preserve(kept.split(",").map(Number));
  const again = encoded(smaller.plan);
  throw launchAgain(again, TITLE, launch(again, TITLE));
}

/** Undefined where `descriptor` is no plan of this build: reading from a terminal would wait for ever. */
function planIn(descriptor: number): Plan | undefined {
  try {
    return fstatSync(descriptor).isFile() ? readPlan(descriptor) : undefined;
  } catch {
    return undefined;
  }
}
