/** What nobody needs any more: networks without containers, devices and leases that a killed nsbox left. */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { formatAddress } from "../../net/address.ts";
import { type Link, links } from "../../net/look.ts";
import { ROUTE, removeLink } from "../../net/rtnetlink.ts";
import { deviceOf } from "../../sandbox/network/bridge.ts";
import { isNetworkName, type Network, ownNetwork } from "./config.ts";
import { listNetworks } from "./place.ts";
import { putRight } from "./put-right.ts";
import { removeNetwork } from "./remove.ts";
import { send, withSocket } from "./socket.ts";
import { dropStale, leasesOf } from "./tenants.ts";

/** One thing that was removed. */
export interface Pruned {
  readonly what: "network" | "device" | "address" | "half-made network";
  readonly name: string;
}

/** Gives back addresses, and removes devices, that nobody stands behind; `all`: networks too. The caller holds the lock. */
export function prune(place: string, all: boolean): Pruned[] {
  const done: Pruned[] = [];
  const own = ownNetwork();
  const networks = listNetworks(place).networks.filter(({ file }) => file.namespace === own);
  for (const network of networks) {
    for (const lease of dropStale(network)) {
      done.push({ what: "address", name: `${formatAddress(lease.v4)} of ${network.file.name}` });
    }
  }
  const left = networks.filter((network) => {
    if (!all || leasesOf(network).length > 0) return true;
    removeNetwork(place, network);
    done.push({ what: "network", name: network.file.name });
    return false;
  });
  for (const name of halfMade(place)) done.push({ what: "half-made network", name });
  for (const name of orphans(left)) done.push({ what: "device", name });
  if (done.length > 0) putRight(place, []);
  return done;
}

/** Directories without a description: nobody else is making one, the lock is ours. */
function halfMade(place: string): string[] {
  const whole = new Set(listNetworks(place).networks.map(({ file }) => file.name));
  const names = readdirSync(place).filter((name) => isNetworkName(name) && !whole.has(name));
  return names.filter((name) => {
    if (existsSync(`${place}/${name}/config.json`)) return false;
    rmSync(`${place}/${name}`, { recursive: true, force: true });
    return true;
  });
}

/**
 * Bridges of no network, and ends of pairs on ours that no lease belongs to. A bridge that is not known and has
 * ports may be that of an nsbox with another state directory.
 */
function orphans(networks: readonly Network[]): string[] {
  const bridges = new Set(networks.map(({ file }) => file.bridge));
  const pairs = new Set(
    networks.flatMap((network) => leasesOf(network).map(({ owner }) => deviceOf(owner, network.file.id))),
  );
  return withSocket(ROUTE, (socket) => {
    const all = links(socket);
    const found = typeof all === "number" ? [] : all;
    const ours = new Set(found.filter(({ name }) => bridges.has(name)).map(({ index }) => index));
    const used = new Set(found.map(({ master }) => master));
    const isOrphan = ({ name, kind, index, master }: Link): boolean =>
      kind === "bridge"
        ? /^nsb[0-9a-f]{8}$/.test(name) && !bridges.has(name) && !used.has(index)
        : kind === "veth" &&
          /^nsv[0-9a-f]{11}$/.test(name) &&
          !pairs.has(name) &&
          (master === undefined || ours.has(master));
    return found
      .filter(isOrphan)
      .map(({ name }) => name)
      .filter((name) => send(socket, [removeLink(name)]) === undefined);
  });
}
