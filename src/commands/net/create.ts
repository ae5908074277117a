/** `nsbox net create`. */
import type { Parsed } from "../../cli/command.ts";
import { note } from "../../cli/log.ts";
import { print } from "../../cli/print.ts";
import {
  type Address,
  formatSubnet,
  overlap,
  parseAddress,
  parseSubnet,
  type Subnet,
  type Version,
} from "../../net/address.ts";
import { isNetworkName } from "../../runtime/networks/config.ts";
import { createNetwork } from "../../runtime/networks/create.ts";
import { obstacleNotes, obstaclesOf } from "../../runtime/networks/obstacles.ts";
import { UsageError } from "../../util/errors.ts";
import { readMtu } from "../run/network-values.ts";
import { RESERVED } from "../run/network-words.ts";
import { needsRoot } from "./rights.ts";

/** A subnet has room for the bridge and one container at least. */
const LONGEST = { 4: 30, 6: 126 } as const;
/** The kernel would have to count further than it can. */
const SHORTEST = { 4: 8, 6: 32 } as const;

/** This network, loopback, multicast, all; none, IPv4's, links' own, multicast. See RFC 6890. */
const UNUSABLE = [
  ...["0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "255.255.255.255/32"],
  ...["::/96", "::ffff:0:0/96", "fe80::/10", "ff00::/8"],
].map((text) => parseSubnet(text)!);

/** Makes the network `words[0]` and prints its name. */
export async function run(input: Parsed, [name, ...more]: readonly string[]): Promise<number> {
  if (name === undefined || more.length > 0) {
    throw new UsageError("create takes NAME", "nsbox net create NAME");
  }
  if (!isNetworkName(name)) {
    throw new UsageError(
      `Not a network's name: "${name}"`,
      'Names are up to 63 letters, digits, "_", "." and "-", the first a letter or a digit',
    );
  }
  if (RESERVED.includes(name)) {
    throw new UsageError(`Not a network's name: "${name}"`, `"--network ${name}" means something else`);
  }
  const subnets = input.values("subnet").map(readSubnet);
  const gateways = input.values("gateway").map(readGateway);
  onceEach(subnets, "--subnet");
  onceEach(gateways, "--gateway");
  for (const { version } of gateways) {
    if (!subnets.some((subnet) => subnet.version === version)) {
      throw new UsageError('Option "--gateway" needs the "--subnet" that it is in');
    }
  }
  const only4 = input.has("no-ipv6");
  if (only4 && subnets.some(({ version }) => version === 6)) {
    throw new UsageError('Option "--no-ipv6" contradicts the "--subnet" of IPv6');
  }
  const mtu = input.has("mtu") ? readMtu(input.value("mtu")!) : undefined;
  if (mtu !== undefined && mtu < 1280 && !only4) {
    throw new UsageError(`Invalid "--mtu ${mtu}": IPv6 needs 1280`, 'With "--no-ipv6" it may be less');
  }
  needsRoot("make a network");
  const network = await createNetwork({
    name,
    subnets,
    gateways,
    mtu,
    internal: input.has("internal"),
    only4,
  });
  print(name);
  if (!input.has("quiet")) for (const text of obstacleNotes(network, obstaclesOf(network))) await note(text);
  return 0;
}

function readSubnet(text: string): Subnet {
  const subnet = parseSubnet(text);
  if (subnet === undefined) {
    throw new UsageError(
      `Invalid "--subnet ${text}": it takes ADDRESS/BITS`,
      "Such as 10.9.0.0/24 or fd00:9::/64",
    );
  }
  const { version, prefix } = subnet;
  if (parseAddress(text.split("/")[0]!)!.value !== subnet.value) {
    throw new UsageError(
      `Invalid "--subnet ${text}": behind its bits it is not 0`,
      `It is ${formatSubnet(subnet)}`,
    );
  }
  if (prefix > LONGEST[version] || prefix < SHORTEST[version]) {
    throw new UsageError(
      `Invalid "--subnet ${text}": IPv${version} takes ${SHORTEST[version]} to ${LONGEST[version]} bits`,
    );
  }
  const other = UNUSABLE.find((each) => overlap(each, subnet));
  if (other !== undefined) {
    throw new UsageError(
      `Invalid "--subnet ${text}": no device can have addresses of ${formatSubnet(other)}`,
      "Such as 10.9.0.0/24 or fd00:9::/64",
    );
  }
  return subnet;
}

function readGateway(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new UsageError(`Invalid "--gateway ${text}": it takes an address`);
  return address;
}

function onceEach(list: readonly { readonly version: Version }[], option: string): void {
  for (const version of [4, 6] as const) {
    if (list.filter((each) => each.version === version).length > 1) {
      throw new UsageError(`Two "${option}" of IPv${version}`, "A network has one subnet of each version");
    }
  }
}
