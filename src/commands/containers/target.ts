/** The container that is to be entered or changed while it runs: by name, by id, or by any of its processes. */
import type { Plan } from "../../plan/plan.ts";
import { storedPlan } from "../../runtime/containers/relaunch.ts";
import type { State } from "../../runtime/containers/status.ts";
import { ownPlan } from "../../runtime/enter/own-plan.ts";
import { type Target, targetOf } from "../../runtime/enter/target.ts";
import { planOfThisBuild } from "../../runtime/plan-behind.ts";
import { NsboxError } from "../../util/errors.ts";
import { findContainer, labelOf } from "./find.ts";

/** A container, and its plan where this build of nsbox started it. */
export interface Entered {
  readonly target: Target;
  readonly plan: Plan | undefined;
}

/** Why one that does not run cannot be entered. */
const NOT_RUNNING: Readonly<Record<Exclude<State, "running">, string>> = {
  created: "it is being made",
  restarting: "it is about to start again",
  exited: "it has ended",
};

/**
 * What `word` means: digits are a process, no container is named so.
 * @throws NsboxError where there is none, it does not run, or may not be entered.
 */
export function findTarget(word: string): Entered {
  if (/^\d+$/.test(word)) {
    const target = targetOf(Number(word));
    return { target, plan: ownPlan(target.pid) };
  }
  const container = findContainer(word);
  const title = `container "${labelOf(container)}"`;
  const { status } = container;
  if (status?.state !== "running") {
    throw new NsboxError(`Cannot enter ${title}`, {
      cause: NOT_RUNNING[status?.state ?? "created"],
      ...(status?.state === "exited" ? { hint: `\`nsbox restart ${word}\` starts it again` } : {}),
      code: "not-running",
    });
  }
  const target = targetOf(status.pid.pid, title, status.pid.start);
  return { target, plan: planOfThisBuild(Buffer.from(storedPlan(container.directory))) };
}
