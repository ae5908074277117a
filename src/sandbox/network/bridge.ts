/** A container on a bridge network: an address of its own, a pair of devices, a way out. */
import { type Address, formatAddress, macOf, type Subnet, type Version } from "../../net/address.ts";
import { encode, type Message } from "../../net/attributes.ts";
import { linkUp, newAddress, newDefaultRoute, newPair, ROUTE, removeLink } from "../../net/rtnetlink.ts";
import { block } from "../../plan/block.ts";
import type { Op } from "../../plan/plan.ts";
import type { NetworkPart } from "./part.ts";

/** One address of a container, and what it needs to know of its network. */
export interface Place {
  readonly address: Address;
  readonly subnet: Subnet;
  readonly gateway: Address;
}

/** A container's share of a network. */
export interface Bridged {
  /** The network's name. */
  readonly network: string;
  readonly bridge: string;
  /** The file of the lease, its first line and all of it. */
  readonly lease: { readonly path: string; readonly owner: string; readonly content: string };
  /** The lease is the container's until it is removed. */
  readonly keep: boolean;
  readonly places: readonly Place[];
  /** The host's end. */
  readonly device: string;
  /** The container's end. */
  readonly inside: string;
  readonly mtu: number;
  /** undefined: the one that belongs to the IPv4 address. */
  readonly mac: Uint8Array | undefined;
  /** The device may outlive the run, and is removed with it. */
  readonly outlives: boolean;
}

const PING_GROUPS = "/proc/sys/net/ipv4/ping_group_range";
const PING = ["0 0", "0 2147483647"];

const wordsOf = (places: readonly Place[]): string =>
  places.map(({ address, subnet }) => `${formatAddress(address)}/${subnet.prefix}`).join(" and ");

const base64 = (bytes: Uint8Array): string => bytes.toBase64();

/** The step that sees to the lease. */
export const leaseOp = ({ lease: { path, owner, content }, keep }: Bridged): Op => ({
  op: "lease",
  path,
  owner,
  content,
  keep: Number(keep),
});

/** The message that makes the pair; the other end in the network namespace of `where`. */
export function pairMessage(bridged: Bridged, where: "child" | { readonly pid: number }): Message {
  const { bridge, device, inside, mtu, mac, places } = bridged;
  const master = { name: bridge };
  return newPair({ name: device, master, mtu, peer: inside, mac: mac ?? macOf(places[0]!.address), where });
}

/** The messages by which the inner end gets its addresses; `ways`: where it is the way out too. */
export function insideMessages(
  { places, inside }: Pick<Bridged, "places" | "inside">,
  ways: readonly Version[] = [4, 6],
): Message[] {
  const device = { name: inside };
  const messages = [
    ...places.map(({ address, subnet }) => newAddress(device, address, subnet)),
    linkUp(inside),
  ];
  for (const { gateway } of places) {
    if (ways.includes(gateway.version)) messages.push(newDefaultRoute(device, gateway));
  }
  return messages;
}

/** As much of a network's id as the name of a device has room for. */
export const shortId = (network: string): string => network.slice(0, 3);

/** The host's end of the pair that container `owner` has on network `network`, by their ids. */
export const deviceOf = (owner: string, network: string): string =>
  `nsv${owner.slice(0, 8)}${shortId(network)}`;

/** The operations of a run on a bridge network. */
export function bridgeNetwork(bridged: Bridged): NetworkPart {
  const { network, bridge, device, inside, places, outlives } = bridged;
  const pair = encode([pairMessage(bridged, "child")]);
  const own = encode(insideMessages(bridged));
  return {
    before: [block(leaseOp(bridged))],
    outside: [
      block({
        op: "netlink_outside",
        text: `Connect the process to network ${network}: device ${device} on bridge ${bridge}, the other end ${inside} in its network namespace`,
        protocol: ROUTE,
        messages: base64(pair.bytes),
        patches: pair.patches,
        // Else both ends go with the namespace.
        undo: outlives ? base64(encode([removeLink(device)]).bytes) : "",
      }),
    ],
    inside: [
      // Who may ping is anybody, as on other machines; in a user namespace root, where no more ids are mapped.
      ...PING.map((value) => block({ op: "sysctl", path: PING_GROUPS, value })),
      // A neighbour that plays the router is not believed.
      block({ op: "sysctl", path: `/proc/sys/net/ipv6/conf/${inside}/accept_ra`, value: "0" }),
      block({
        op: "netlink_inside",
        text: `Give ${inside} the address ${wordsOf(places)}, and the way out by ${places.map(({ gateway }) => formatAddress(gateway)).join(" and ")}`,
        protocol: ROUTE,
        messages: base64(own.bytes),
        patches: own.patches,
      }),
    ],
    items: [],
  };
}
