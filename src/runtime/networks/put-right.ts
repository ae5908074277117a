/**
 * A network as it should be: its bridge, the bridge's addresses, forwarding, and the table of rules; whatever of
 * it is missing is made. Somebody may have flushed the rules, or removed a device.
 */
import { formatSubnet, macOf } from "../../net/address.ts";
import { linkNamed } from "../../net/look.ts";
import { elementsIn, rules } from "../../net/nft/look.ts";
import { NETFILTER } from "../../net/nft/numbers.ts";
import { type Filtered, noTableBatch, SET_NAMES, TABLE, tableBatch } from "../../net/nft/table.ts";
import { linkUp, newAddress, newBridge, ROUTE, setMtu } from "../../net/rtnetlink.ts";
import type { NetlinkSocket } from "../../sys/netlink.ts";
import { readSmall, removeSmall, replaceWhole } from "../../sys/small-files.ts";
import { NsboxError } from "../../util/errors.ts";
import { type Network, ownNetwork } from "./config.ts";
import { CHECKED, stampOf } from "./looks-right.ts";
import { obstacleNotes, obstaclesOf } from "./obstacles.ts";
import { listNetworks } from "./place.ts";
import { refusedBy, send, withSocket } from "./socket.ts";
import { putBack, setBridge, switchOn } from "./sysctls.ts";
import { uplinksOf } from "./uplinks.ts";

const EEXIST = 17;

/** Makes of one network what is missing of its bridge. @throws NsboxError where that cannot be. */
function putBridgeRight(socket: NetlinkSocket, network: Network): void {
  const { file, v4, v6 } = network;
  const what = `Cannot make the bridge of network "${file.name}"`;
  let link = linkNamed(socket, file.bridge);
  if (link === undefined) {
    const refusal = send(socket, [newBridge(file.bridge, macOf(v4.gateway), file.mtu)]);
    if (refusal !== undefined && refusal.errno !== EEXIST) throw refusedBy(what, refusal);
    link = linkNamed(socket, file.bridge);
  }
  if (link === undefined)
    throw new NsboxError(what, { cause: `device ${file.bridge} does not stay`, code: "failed" });
  if (link.kind !== "bridge") {
    throw new NsboxError(what, { cause: `device ${file.bridge} is no bridge`, code: "failed" });
  }
  setBridge(file.bridge, !file.internal);
  const { index } = link;
  const wanted = [v4, ...(v6 === undefined ? [] : [v6])];
  const messages = [
    setMtu(file.bridge, file.mtu),
    linkUp(file.bridge),
    ...wanted.map(({ gateway, subnet }) => newAddress(index, gateway, subnet)),
  ];
  for (const message of messages) {
    const refusal = send(socket, [message]);
    if (refusal !== undefined) throw refusedBy(what, refusal);
  }
}

/** What the table is to know of a network. */
export const filtered = ({ file, v4, v6 }: Network): Filtered => ({
  bridge: file.bridge,
  internal: file.internal,
  subnets: [v4.subnet, ...(v6 === undefined ? [] : [v6.subnet])],
});

/** A fingerprint of all that stands in our table. */
function fingerprint(socket: NetlinkSocket): string {
  const hasher = new Bun.CryptoHasher("sha256");
  const found = rules(socket, TABLE);
  for (const { chain, steps } of typeof found === "number" ? [] : found) {
    hasher.update(`${chain}\n`);
    for (const { name, data } of steps) {
      hasher.update(`${name}\n`);
      for (const [type, value] of data) hasher.update(`${type} ${value.toHex()}\n`);
    }
  }
  for (const set of SET_NAMES) {
    const keys = elementsIn(socket, TABLE, set);
    const words =
      typeof keys === "number"
        ? [`${keys}`]
        : keys.map(({ key, end }) => `${key.toHex()}${end ? "-" : ""}`).sort();
    hasher.update(`${set} ${words.join(" ")}\n`);
  }
  return hasher.digest("hex");
}

const PRINT = ".table";

/** The table as it should be. @throws NsboxError where the kernel does not take it. */
function putTableRight(
  place: string,
  socket: NetlinkSocket,
  networks: readonly Network[],
  switched: Parameters<typeof tableBatch>[1],
): void {
  const list = networks.map(filtered);
  const wanted = JSON.stringify([
    list.map(({ bridge, internal, subnets }) => [bridge, internal, subnets.map(formatSubnet)]),
    switched,
  ]);
  if (readSmall(`${place}/${PRINT}`) === `${wanted}\n${fingerprint(socket)}\n`) return;
  let refusal = send(socket, tableBatch(list, switched));
  // A chain or a set of that name that is another: all anew.
  if (refusal !== undefined) {
    send(socket, noTableBatch());
    refusal = send(socket, tableBatch(list, switched));
  }
  if (refusal !== undefined) throw refusedBy("Cannot write the rules of nsbox's networks", refusal);
  replaceWhole(`${place}/${PRINT}`, `${wanted}\n${fingerprint(socket)}\n`);
}

/**
 * Puts right what networks there are in this network namespace; `broken` are those whose bridges are looked at.
 * The caller holds the lock.
 * @throws NsboxError where something cannot be made.
 */
export function putRight(place: string, broken: readonly Network[]): void {
  const own = ownNetwork();
  const networks = listNetworks(place).networks.filter(({ file }) => file.namespace === own);
  withSocket(ROUTE, (route) =>
    withSocket(NETFILTER, (filter) => {
      for (const network of broken) putBridgeRight(route, network);
      if (networks.length === 0) clear(place, filter);
      else {
        const isOpen = networks.some(({ file }) => !file.internal);
        const uplinks = isOpen ? uplinkNames(route) : { 4: [], 6: [] };
        const bridges = networks.map(({ file }) => file.bridge);
        putTableRight(place, filter, networks, switchOn(place, bridges, uplinks));
        replaceWhole(`${place}/${CHECKED}`, `${stampOf(route, filter)}\n${notesOn(networks)}`);
      }
    }),
  );
}

/** What is in the way of each, as `./looks-right.ts` reads it. */
const notesOn = (networks: readonly Network[]): string =>
  networks
    .flatMap((network) =>
      obstacleNotes(network, obstaclesOf(network)).map((note) => `${network.file.name}\t${note}\n`),
    )
    .join("");

const uplinkNames = (socket: NetlinkSocket) => {
  const { 4: v4, 6: v6 } = uplinksOf(socket);
  return { 4: v4.map(({ name }) => name), 6: v6.map(({ name }) => name) };
};

/** Nothing of networks is left. */
function clear(place: string, filter: NetlinkSocket): void {
  const refusal = send(filter, noTableBatch());
  if (refusal !== undefined) throw refusedBy("Cannot remove the rules of nsbox's networks", refusal);
  putBack(place);
  for (const name of [CHECKED, PRINT]) removeSmall(`${place}/${name}`);
}
