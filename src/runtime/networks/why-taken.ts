/** Why there is no address. */
import { formatAddress, formatSubnet } from "../../net/address.ts";
import { NsboxError } from "../../util/errors.ts";
import type { Network } from "./config.ts";
import type { Tenant } from "./leases.ts";
import { leasesOf } from "./tenants.ts";

/** The error for a network without the address that was asked for, or without any. */
export function taken(network: Network, { ip }: Tenant): NsboxError {
  const { name } = network.file;
  const leases = leasesOf(network);
  if (ip !== undefined) {
    const holder = leases.find(({ v4 }) => v4.value === ip.value);
    return new NsboxError(`Address ${formatAddress(ip)} of network "${name}" is taken`, {
      cause: `${holder?.names[0] ?? holder?.owner ?? "another container"} has it`,
      hint: `\`nsbox net inspect ${name}\` lists all`,
      code: "taken",
    });
  }
  return new NsboxError(`No address of network "${name}" is left`, {
    cause: `${leases.length} containers have all of ${formatSubnet(network.v4.subnet)}`,
    hint: "`nsbox net create NAME --subnet ADDRESS/BITS` makes a larger network",
    code: "full",
  });
}
