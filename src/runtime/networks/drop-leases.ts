/** The addresses of a container that is removed. */
import { readdirSync } from "node:fs";
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

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
