/** Why a container's set-up failed, found out anew from its stored plan. */
import { closeSync, openSync } from "node:fs";
import { errnoText } from "../../sys/errno.ts";
import { NsboxError } from "../../util/errors.ts";
import { failureError, readPlan } from "../report.ts";
import type { Container } from "./settle.ts";

/** The error that its failed set-up means; undefined where it did not fail. */
export function setupFailure({ directory, status }: Container): NsboxError | undefined {
  if (status === undefined || status.step === 0) return undefined;
  const { step, errno } = status;
  try {
    const file = openSync(`${directory}/plan`, "r");
    try {
      return failureError({ plan: readPlan(file), step, errno });
    } finally {
      closeSync(file);
    }
  } catch {
    // Another version of nsbox made the plan, or it is gone.
    return new NsboxError(`Step ${step} of the plan failed`, { cause: errnoText(errno) });
  }
}
