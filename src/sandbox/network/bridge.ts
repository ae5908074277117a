/** A container on a bridge network: an address of its own, a pair of devices, a way out. */
import { type Address, formatAddress, macOf, type Subnet } from "../../net/address.ts";
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
  /** Its namespace outlives it, and the device would stay in there. */
  readonly outlives: boolean;
  /** No way out. */
  readonly internal: boolean;
}

const WORDS = (places: readonly Place[]): string =>
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

/** The messages by which the inner end gets its addresses, and the ways out. */
export function insideMessages(
  { places, inside }: Pick<Bridged, "places" | "inside">,
  routes: boolean,
): Message[] {
  const device = { name: inside };
  const messages = [
    ...places.map(({ address, subnet }) => newAddress(device, address, subnet)),
    linkUp(inside),
  ];
  if (routes) for (const { gateway } of places) messages.push(newDefaultRoute(device, gateway));
  return messages;
}

/** The operations of a run on a bridge network. */
export function bridgeNetwork(bridged: Bridged): NetworkPart {
  const { network, bridge, device, inside, places, outlives } = bridged;
  const pair = encode([pairMessage(bridged, "child")]);
  const own = encode(insideMessages(bridged, true));
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
      block({
        op: "netlink_inside",
        text: `Give ${inside} the address ${WORDS(places)}, and the way out by ${places.map(({ gateway }) => formatAddress(gateway)).join(" and ")}`,
        protocol: ROUTE,
        messages: base64(own.bytes),
        patches: own.patches,
      }),
    ],
    items: [],
  };
}
