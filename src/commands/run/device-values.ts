/** What was typed about the addresses of a device. */
import type { Parsed } from "../../cli/command.ts";
import { type Address, contains, parseAddress, parseSubnet } from "../../net/address.ts";
import type { ContainerDevice, Place } from "../../sandbox/network/devices.ts";
import { UsageError } from "../../util/errors.ts";
import { readMac } from "./network-values.ts";

/** Addresses that every device makes for itself. */
export const LINK_LOCAL = parseSubnet("fe80::/10")!;

/** What a device has of its own. */
export type Own = Pick<ContainerDevice, "places" | "gateways" | "mac">;

/** A device that is left to whoever is inside. */
export const NOTHING: Own = { places: [], gateways: [], mac: undefined };

/** `--ip`, `--ip6`, `--gateway`, `--mac`. @throws UsageError naming the word that cannot be. */
export function readOwn(input: Parsed): Own {
  const places: Place[] = [];
  for (const [option, version] of [
    ["ip", 4],
    ["ip6", 6],
  ] as const) {
    const word = input.value(option);
    if (word === undefined) continue;
    const address = parseAddress(word.slice(0, word.lastIndexOf("/")));
    const subnet = parseSubnet(word);
    if (address?.version !== version || subnet === undefined) {
      throw new UsageError(
        `Invalid "--${option} ${word}": for a device it takes an IPv${version} address and the length of its network`,
        version === 4 ? "--ip 192.168.1.50/24" : "--ip6 fd00:1::50/64",
      );
    }
    places.push({ address, subnet });
  }
  const gateways = input.values("gateway").map((word) => readGateway(word, places));
  if (new Set(gateways.map(({ version }) => version)).size < gateways.length) {
    throw new UsageError('Two gateways of one kind: of "--gateway" there is one of IPv4 and one of IPv6');
  }
  return { places, gateways, mac: input.has("mac") ? readMac(input.value("mac")!) : undefined };
}

function readGateway(word: string, places: readonly Place[]): Address {
  const address = parseAddress(word);
  if (address === undefined) throw new UsageError(`Invalid "--gateway ${word}": it takes an address`);
  const isNear = contains(LINK_LOCAL, address) || places.some(({ subnet }) => contains(subnet, address));
  if (isNear) return address;
  throw new UsageError(
    `"--gateway ${word}" is on no network of the device`,
    `Give the device an address on its network: --ip${address.version === 6 ? "6" : ""} ADDRESS/LENGTH`,
  );
}
