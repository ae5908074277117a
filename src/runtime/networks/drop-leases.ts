/** The addresses of a container that is removed, and of a run that never began. */
import { readdirSync } from "node:fs";
import type { Plan } from "../../plan/plan.ts";
import { readSmall, removeSmall } from "../../sys/small-files.ts";

/** Gives back all that `owner` has on the networks in directory `place`. */
export function dropLeases(place: string, owner: string): void {
  for (const network of namesIn(place)) {
    const leases = `${place}/${network}/leases`;
    for (const name of namesIn(leases)) {
      const text = readSmall(`${leases}/${name}`, 64);
      if (typeof text === "string" && text.startsWith(`owner ${owner}\n`)) removeSmall(`${leases}/${name}`);
    }
  }
}

/** Gives back what was taken when `plan` was made, where it failed before its list named the addresses. */
export function dropPlanned({ ops }: Plan): void {
  for (const op of ops) {
    if (op.op !== "lease" || op.keep !== 0) continue;
    const text = readSmall(op.path, 64);
    if (typeof text === "string" && text.startsWith(`${op.owner}\n`)) removeSmall(op.path);
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
