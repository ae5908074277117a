/**
 * The plan of a container that nsbox started: its monitor is the helper with the plan behind it. A container
 * could make such a process too, and with it a plan that confines nothing. So the monitor is only believed
 * where it is what no process of a container can be: in the caller's own user and mount namespaces, below the
 * same root, with no filter that nsbox itself is without, and the caller's or root's.
 */
import { readFileSync, readlinkSync } from "node:fs";
import type { Plan } from "../../plan/plan.ts";
import { planOfThisBuild } from "../plan-behind.ts";
import { kindsApart, namespaceOf, sameRoot, statusOf } from "./process.ts";

/** What the link to a monitor's program says: a memory file, or one without a name (`../launch-again.ts`). */
const PROGRAM = /^\/memfd:nsbox \(deleted\)$|\/\.nsbox-\d+-\d+ \(deleted\)$/;

/** As many ancestors as a process of a container may have inside. */
const MOST_ANCESTORS = 10_000;

/** Undefined where nsbox did not start it, another build of nsbox did, or that cannot be known. */
export function ownPlan(pid: number): Plan | undefined {
  let first = pid;
  for (let steps = 0; steps < MOST_ANCESTORS; steps++) {
    const parent = statusOf(first)?.parent ?? 0;
    if (parent === 0) return undefined;
    // An init of ours is no monitor, and neither is what a container makes to look like one: further up.
    if (PROGRAM.test(programOf(parent)) && isTrusted(parent)) {
      // A container in a container: the outer plan is not the inner one's.
      const same = kindsApart(pid, first).length === 0 && sameRoot(pid, first);
      return same ? planIn(parent) : undefined;
    }
    first = parent;
  }
  return undefined;
}

function programOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return "";
  }
}

function isTrusted(pid: number): boolean {
  const monitor = statusOf(pid);
  const own = statusOf("self");
  if (monitor === undefined || own === undefined) return false;
  const here = (["user", "mnt"] as const).every(
    (kind) => namespaceOf(pid, kind) !== undefined && namespaceOf(pid, kind) === namespaceOf("self", kind),
  );
  return (
    here &&
    sameRoot(pid, "self") &&
    (monitor.uid === 0 || monitor.uid === process.geteuid!()) &&
    monitor.filters === own.filters &&
    monitor.noNewPrivs === own.noNewPrivs
  );
}

function planIn(pid: number): Plan | undefined {
  try {
    return planOfThisBuild(readFileSync(`/proc/${pid}/exe`));
  } catch {
    return undefined;
  }
}
