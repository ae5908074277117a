/** Who is on a network: leases that somebody stands behind, and those that a killed nsbox left. */
import { existsSync, readdirSync } from "node:fs";
import { dirname } from "node:path";
import { readSmall } from "../../sys/small-files.ts";
import { hasEnded } from "../containers/process.ts";
import type { Network } from "./config.ts";
import { dropLease, type Lease, parseLease } from "./leases.ts";

const LARGEST = 4096;

/** The leases of the network, by address. */
export function leasesOf({ directory }: Network): Lease[] {
  let names: string[];
  try {
    names = readdirSync(`${directory}/leases`);
  } catch {
    return [];
  }
  const found = names.flatMap((name) => {
    const path = `${directory}/leases/${name}`;
    const text = readSmall(path, LARGEST);
    return typeof text === "string" ? (parseLease(path, text) ?? []) : [];
  });
  return found.sort((a, b) => (a.v4.value < b.v4.value ? -1 : 1));
}

/** Whoever has the lease lives: a container is kept, a run's list of what to take back is there, or it is being started. */
export function isHeld({ directory }: Network, { owner, maker }: Lease): boolean {
  const state = dirname(dirname(directory));
  if (existsSync(`${state}/containers/${owner}`) || existsSync(`${state}/undo/${owner}`)) return true;
  return maker !== undefined && !hasEnded(maker);
}

/** Gives back what nobody has any more. Returns those leases. The caller holds the lock. */
export function dropStale(network: Network): Lease[] {
  const stale = leasesOf(network).filter((lease) => !isHeld(network, lease));
  for (const lease of stale) dropLease(lease);
  return stale;
}
