/** A container whose set-up failed before there was a supervisor, who else removes it. */
import type { Plan } from "../../plan/plan.ts";
import { removeContainer } from "./create.ts";
import { tryLock } from "./lock.ts";
import { namesById } from "./names.ts";
import { readStatus } from "./status.ts";

/** Removes the container that `plan` was made for, if nobody ever wrote a status of it, and nobody holds it. */
export function abandon(plan: Plan): void {
  const op = plan.ops.find((other) => other.op === "supervise");
  if (op === undefined || readStatus(op.directory) !== "none") return;
  const lock = tryLock(op.directory);
  if (lock === undefined) return;
  try {
    const path = op.names.slice(0, op.names.lastIndexOf("/"));
    const place = { path, names: op.names, containers: `${path}/containers` };
    removeContainer(op.directory, namesById(place).get(op.id));
  } catch {
    // The next command does, and the failure itself is what is to be told.
  } finally {
    lock.release();
  }
}
