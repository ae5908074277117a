/** What everybody does who is to be on a network: the network is put right, and addresses are taken. */
import { linkAt } from "../../sys/files.ts";
import { readSmall } from "../../sys/small-files.ts";
import type { Network } from "./config.ts";
import { type Taken, type Tenant, takeLease } from "./leases.ts";
import { CHECKED, looksRight, notesIn } from "./looks-right.ts";

/** STATE/networks, where the network stands. */
export const placeOf = ({ directory }: Network): string => directory.slice(0, directory.lastIndexOf("/"));

/**
 * Bridge, rules and settings are there. Returns what firewalls of others are in the way, in sentences.
 * @throws NsboxError where they cannot be.
 */
export async function seeToNetwork(network: Network): Promise<string[]> {
  const place = placeOf(network);
  if (looksRight(place, network)) return [];
  const [{ putRight }, { withNetworks }] = await Promise.all([
    import("./put-right.ts"),
    import("./place.ts"),
  ]);
  await withNetworks(place, () => putRight(place, [network]));
  const text = readSmall(`${place}/${CHECKED}`);
  return typeof text === "string" ? notesIn(text, network) : [];
}

/**
 * Addresses for `tenant`; with `shown` those that it would get.
 * @throws NsboxError where there are none.
 */
export async function addressesFor(network: Network, tenant: Tenant, shown = false): Promise<Taken> {
  const namespace = linkAt("/proc/self/ns/pid") ?? "";
  const take = () => takeLease(network, tenant, namespace, shown ? "look" : "take");
  const first = take();
  if (first !== undefined) return first;
  if (!shown) {
    const [{ withNetworks }, { dropStale }, { replayUndo }] = await Promise.all([
      import("./place.ts"),
      import("./tenants.ts"),
      import("../undo.ts"),
    ]);
    replayUndo();
    await withNetworks(placeOf(network), () => dropStale(network));
    const second = take();
    if (second !== undefined) return second;
  }
  throw (await import("./why-taken.ts")).taken(network, tenant);
}
