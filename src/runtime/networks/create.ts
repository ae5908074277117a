/** A new network: its description first, then its bridge and rules; what is left of it by a kill is put right later. */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import {
  type Address,
  contains,
  formatAddress,
  formatSubnet,
  nth,
  type Subnet,
  sizeOf,
  type Version,
} from "../../net/address.ts";
import { chooseSubnet4, chooseSubnet6, collision, type Used } from "../../net/choose.ts";
import { ROUTE } from "../../net/rtnetlink.ts";
import { shortId } from "../../sandbox/network/bridge.ts";
import { readSmall } from "../../sys/small-files.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";
import { type Network, type NetworkFile, ownNetwork, readNetworkIn } from "./config.ts";
import { listNetworks, makeNetworks, withNetworks } from "./place.ts";
import { putRight } from "./put-right.ts";
import { removeDevices } from "./remove.ts";
import { withSocket } from "./socket.ts";
import { uplinksOf } from "./uplinks.ts";
import { usedAddresses } from "./used.ts";

const ETHERNET = 1500;
/** For an id whose beginning no other network has. */
const TRIES = 1000;
/** The least that IPv6 takes. */
const LEAST6 = 1280;

/** What was asked for. */
export interface NewNetwork {
  readonly name: string;
  readonly subnets: readonly Subnet[];
  readonly gateways: readonly Address[];
  readonly mtu: number | undefined;
  readonly internal: boolean;
  /** No IPv6. */
  readonly only4: boolean;
}

/**
 * Makes the network.
 * @throws NsboxError where it is there already, its addresses are in use, or the kernel refuses: then nothing stays.
 */
export async function createNetwork(wanted: NewNetwork): Promise<Network> {
  const place = makeNetworks();
  return withNetworks(place, () => {
    const directory = `${place}/${wanted.name}`;
    const { networks } = listNetworks(place);
    if (existsSync(`${directory}/config.json`)) {
      throw new NsboxError(`There is a network "${wanted.name}" already`, {
        hint: `\`nsbox net inspect ${wanted.name}\` shows it`,
        code: "exists",
      });
    }
    const file = describe(wanted, networks);
    // Half of one, left by a kill.
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(`${directory}/leases`, { recursive: true, mode: 0o700 });
    try {
      writeFileSync(`${directory}/config.new`, `${JSON.stringify(file)}\n`, { mode: 0o600 });
      renameSync(`${directory}/config.new`, `${directory}/config.json`);
      const network = readNetworkIn(directory)!;
      putRight(place, [network]);
      return network;
    } catch (error) {
      removeDevices(file.bridge);
      rmSync(directory, { recursive: true, force: true });
      putRight(place, []);
      throw error;
    }
  });
}

function describe(wanted: NewNetwork, networks: readonly Network[]): NetworkFile {
  const own = ownNetwork();
  const used = withSocket(ROUTE, (socket) => usedAddresses(socket, networks));
  const given = (version: Version) => wanted.subnets.find((subnet) => subnet.version === version);
  for (const subnet of wanted.subnets) checkFree(subnet, used);
  const subnet4 = given(4) ?? chooseSubnet4(used);
  if (subnet4 === undefined) throw noneFree("`--subnet ADDRESS/BITS` gives one");
  const wants6 = !wanted.only4 && (given(6) !== undefined || hasIpv6());
  const random = () => crypto.getRandomValues(new Uint8Array(7));
  const subnet6 = wants6 ? (given(6) ?? chooseSubnet6(used, random)) : undefined;
  if (wants6 && subnet6 === undefined) {
    throw noneFree("`--subnet ADDRESS/BITS` gives one of IPv6, `--no-ipv6` does without");
  }
  const id = newId(networks);
  const gateway = (subnet: Subnet) => formatAddress(gatewayOf(subnet, wanted.gateways));
  return {
    version: 1,
    name: wanted.name,
    id,
    bridge: `nsb${id.slice(0, 8)}`,
    subnet4: formatSubnet(subnet4),
    gateway4: gateway(subnet4),
    ...(subnet6 === undefined ? {} : { subnet6: formatSubnet(subnet6), gateway6: gateway(subnet6) }),
    mtu: wanted.mtu ?? usualMtu(subnet6 !== undefined),
    internal: wanted.internal,
    created: new Date().toISOString(),
    namespace: own,
  };
}

const noneFree = (hint: string): NsboxError =>
  new NsboxError("No subnet is free for the network", {
    cause: "all private ranges that nsbox takes from are in use by routes of this machine",
    hint,
    code: "no-subnet",
  });

/** Devices of containers are named after its first digits: no other network's are the same, while there are some. */
function newId(networks: readonly Network[]): string {
  const taken = new Set(networks.map(({ file }) => shortId(file.id)));
  for (let tries = 0; ; tries++) {
    const id = crypto.getRandomValues(new Uint8Array(6)).toHex();
    if (!taken.has(shortId(id)) || tries === TRIES) return id;
  }
}

function gatewayOf(subnet: Subnet, gateways: readonly Address[]): Address {
  const given = gateways.find(({ version }) => version === subnet.version);
  if (given === undefined) return nth(subnet, 1);
  const words = `"--gateway ${formatAddress(given)}"`;
  if (!contains(subnet, given)) throw new UsageError(`${words} is not in subnet ${formatSubnet(subnet)}`);
  const number = given.value - subnet.value;
  const last = subnet.version === 4 ? sizeOf(subnet) - 1n : -1n;
  if (number === 0n || number === last) {
    throw new UsageError(`${words} is the first or last address of subnet ${formatSubnet(subnet)}`);
  }
  return given;
}

function checkFree(subnet: Subnet, used: readonly Used[]): void {
  const other = collision(subnet, used);
  if (other === undefined) return;
  throw new NsboxError(`Subnet ${formatSubnet(subnet)} is in use`, {
    cause: `it collides with ${other.title}`,
    hint: "Without --subnet nsbox chooses one that is free",
    code: "in-use",
  });
}

/** What fits through every uplink: packets that are too long are lost where nobody may say so. */
function usualMtu(wants6: boolean): number {
  const uplinks = withSocket(ROUTE, uplinksOf);
  const least = Math.min(ETHERNET, ...[...uplinks[4], ...uplinks[6]].map(({ mtu }) => mtu));
  return wants6 ? Math.max(LEAST6, least) : least;
}

/** The kernel has IPv6, and new devices may use it. */
const hasIpv6 = (): boolean => {
  const text = readSmall("/proc/sys/net/ipv6/conf/default/disable_ipv6", 16);
  return typeof text === "string" && text.trim() === "0";
};
