/** What killed processes left of networks, for `nsbox gc`: networks themselves stay. */
import { openNetworks, withNetworks } from "./place.ts";
import { type Pruned, prune } from "./prune.ts";

/** Removes it, where this user may. */
export async function sweepNetworks(): Promise<Pruned[]> {
  const place = process.geteuid!() === 0 ? openNetworks() : undefined;
  return place === undefined ? [] : withNetworks(place, () => prune(place, false));
}
