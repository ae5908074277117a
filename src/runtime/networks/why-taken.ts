/** Why there is no address. */
import { type Address, formatAddress, formatSubnet } from "../../net/address.ts";
import { NsboxError } from "../../util/errors.ts";
import type { Network } from "./config.ts";
import { companion, type Tenant } from "./leases.ts";
import { leasesOf } from "./tenants.ts";

/** The error for a network without the addresses that were asked for, or without any. */
export function taken(network: Network, { ip, ip6 }: Tenant): NsboxError {
  const { name } = network.file;
  const leases = leasesOf(network);
  const has = (address: Address | undefined) =>
    leases.find(({ v4, v6 }) =>
      [v4, v6].some((each) => each?.version === address?.version && each?.value === address?.value),
    );
  const refused = (address: Address, why = "", hint = `\`nsbox net inspect ${name}\` lists all`) => {
    const holder = has(address);
    return new NsboxError(`Address ${formatAddress(address)} of network "${name}" is taken`, {
      cause: `${holder?.names[0] ?? holder?.owner ?? "another container"} has it${why}`,
      hint,
      code: "taken",
    });
  };
  if (ip6 !== undefined && has(ip6) !== undefined) return refused(ip6);
  const pair = ip === undefined || ip6 !== undefined ? undefined : companion(network, ip);
  if (ip !== undefined && pair !== undefined && has(ip) === undefined && has(pair) !== undefined) {
    return refused(pair, `, and it goes with ${formatAddress(ip)}`, "`--ip6 ADDRESS` gives it another one");
  }
  if (ip !== undefined) return refused(ip);
  return new NsboxError(`No address of network "${name}" is left`, {
    cause: `${leases.length} containers have all of ${formatSubnet(network.v4.subnet)}`,
    hint: "`nsbox net create NAME --subnet ADDRESS/BITS` makes a larger network",
    code: "full",
  });
}
