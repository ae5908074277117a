/** What everybody does who is to be on a network: the network is put right, and addresses are taken. */
import { linkAt } from "../../sys/files.ts";
import { readSmall, replaceSmall } from "../../sys/small-files.ts";
import type { Network } from "./config.ts";
import { dropLease, type Taken, type Tenant, takeLease } from "./leases.ts";
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

/** The file that is there once somebody chose an IPv6 address: then one may have that which goes with another's. */
const chosenOf = ({ directory }: Network): string => `${directory}/chosen6`;

const NONE: ReadonlySet<bigint> = new Set();

/** IPv6 addresses that others have than the lease at `own`; none where all go with IPv4 addresses. */
async function otherIpv6(network: Network, own?: string): Promise<ReadonlySet<bigint>> {
  if (typeof readSmall(chosenOf(network), 1) === "number") return NONE;
  const { leasesOf } = await import("./tenants.ts");
  return new Set(leasesOf(network).flatMap(({ path, v6 }) => (path === own ? [] : (v6?.value ?? []))));
}

/**
 * Addresses for `tenant`; with `shown` those that it would get.
 * @throws NsboxError where there are none.
 */
export async function addressesFor(network: Network, tenant: Tenant, shown = false): Promise<Taken> {
  const namespace = linkAt("/proc/self/ns/pid") ?? "";
  if (tenant.ip6 !== undefined && !shown) replaceSmall(chosenOf(network), "");
  const take = async () => {
    const others = await otherIpv6(network);
    const lease = takeLease(network, tenant, namespace, shown ? "look" : "take", others);
    if (shown || lease?.v6 === undefined) return lease;
    // Whoever chose the same meanwhile wrote that down before looking for ours.
    if (!(await otherIpv6(network, lease.path)).has(lease.v6.value)) return lease;
    dropLease(lease);
    return undefined;
  };
  const first = await take();
  if (first !== undefined) return first;
  if (!shown) {
    const [{ withNetworks }, { dropStale }, { replayUndo }] = await Promise.all([
      import("./place.ts"),
      import("./tenants.ts"),
      import("../undo.ts"),
    ]);
    replayUndo();
    await withNetworks(placeOf(network), () => dropStale(network));
    const second = await take();
    if (second !== undefined) return second;
  }
  throw (await import("./why-taken.ts")).taken(network, tenant);
}
