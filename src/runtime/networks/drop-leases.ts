/** The addresses of a container that is removed, and of a run that never began. */
import { readdirSync } from "node:fs";
import type { Plan } from "../../plan/plan.ts";
import { readSmall, removeSmall } from "../../sys/small-files.ts";

/** Gives back all that `owner` has on the networks in directory `place`, but what is at the paths `but`. */
export function dropLeases(place: string, owner: string, but: readonly string[] = []): void {
  for (const network of namesIn(place)) {
    const leases = `${place}/${network}/leases`;
    for (const path of namesIn(leases).map((name) => `${leases}/${name}`)) {
      if (!but.includes(path)) dropOf(path, `owner ${owner}`);
    }
  }
}

/** Gives back what was taken when `plan` was made, where it failed before its list named the addresses. */
export function dropPlanned({ ops }: Plan): void {
  for (const op of ops) {
    if (op.op === "lease" && op.keep === 0) dropOf(op.path, op.owner);
  }
}

function dropOf(path: string, line: string): void {
  const text = readSmall(path, 64);
  if (typeof text === "string" && text.startsWith(`${line}\n`)) removeSmall(path);
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
