/** What is asked of rtnetlink(7): devices, addresses and routes made and removed. */
import { type Address, addressBytes, lastOf, type Subnet } from "./address.ts";
import { type Attribute, type Framed, type Hole, type Message, NLM, text, u32 } from "./attributes.ts";

/** NETLINK_ROUTE. */
export const ROUTE = 0;

/** Types of messages. */
export const RTM = { newLink: 16, delLink: 17, newAddress: 20, newRoute: 24 };
/** Attributes of a device. */
export const IFLA = {
  address: 1,
  name: 3,
  mtu: 4,
  link: 5,
  master: 10,
  linkinfo: 18,
  netnsPid: 19,
};
/** Attributes in IFLA_LINKINFO, and in the data of a veth. */
export const [INFO_KIND, INFO_DATA, VETH_INFO_PEER] = [1, 2, 1];
const IFA = { address: 1, local: 2, broadcast: 4, flags: 8 };
const RTA = { destination: 1, oif: 4, gateway: 5 };
const IFA_F_NODAD = 2;
const IFF_UP = 1;
const [AF_INET, AF_INET6] = [2, 10];
const [RT_TABLE_MAIN, RTPROT_STATIC, RT_SCOPE_UNIVERSE, RTN_UNICAST] = [254, 4, 0, 1];

/** A device by its number, or by its name, which is looked up when the message is sent. */
export type Device = number | { readonly name: string };

const familyOf = ({ version }: Address): number => (version === 4 ? AF_INET : AF_INET6);

/** The number of a device as the value of an attribute. */
export const deviceValue = (device: Device): Uint8Array | Hole =>
  typeof device === "number" ? u32(device) : { patch: `index=${device.name}` };

/** struct ifinfomsg: a device by its number, 0 for one that is named; `up`: it is to be up, or down. */
export function linkHead(index: number, up?: boolean): Uint8Array {
  const head = new Uint8Array(16);
  head.set(u32(index), 4);
  if (up !== undefined) head.set([up ? IFF_UP : 0, 0, 0, 0, IFF_UP], 8);
  return head;
}

/**
 * A new bridge, up. `mtu` is what is set next by `setMtu`: it begins with another, since a bridge keeps its own only
 * where that was changed once, and else takes the least of its ports'.
 */
export const newBridge = (name: string, mac: Uint8Array, mtu: number): Message => ({
  type: RTM.newLink,
  flags: NLM.ack | NLM.create | NLM.exclusive,
  head: linkHead(0, true),
  attributes: [
    [IFLA.name, text(name)],
    [IFLA.address, mac],
    [IFLA.mtu, u32(mtu ^ 1)],
    [IFLA.linkinfo, [[INFO_KIND, text("bridge")]]],
  ],
});

/** Two devices with a cable between them. */
export interface Pair {
  /** The host's. */
  readonly name: string;
  /** Of the bridge that it becomes a port of. */
  readonly master: Device;
  readonly mtu: number;
  /** The other's name, in its own network namespace. */
  readonly peer: string;
  readonly mac: Uint8Array;
  /** Where the other is made: a process there, or what the sender knows as the child's. */
  readonly where: "child" | { readonly pid: number };
}

/** A pair of them: the host's end up and on the bridge, the other made where it belongs. See veth(4). */
export const newPair = ({ name, master, mtu, peer, mac, where }: Pair): Message => ({
  type: RTM.newLink,
  flags: NLM.ack | NLM.create | NLM.exclusive,
  head: linkHead(0, true),
  attributes: [
    [IFLA.name, text(name)],
    [IFLA.mtu, u32(mtu)],
    [IFLA.master, deviceValue(master)],
    [
      IFLA.linkinfo,
      [
        [INFO_KIND, text("veth")],
        [INFO_DATA, [[VETH_INFO_PEER, peerOf(peer, mac, mtu, where)]]],
      ],
    ],
  ],
});

/** struct ifinfomsg and attributes behind it.  */
function peerOf(name: string, mac: Uint8Array, mtu: number, where: Pair["where"]): Framed {
  const place: Attribute =
    where === "child" ? [IFLA.netnsPid, { patch: "pid" }] : [IFLA.netnsPid, u32(where.pid)];
  return {
    head: linkHead(0),
    attributes: [[IFLA.name, text(name)], [IFLA.address, mac], [IFLA.mtu, u32(mtu)], place],
  };
}

/** Brings a device up. */
export const linkUp = (name: string): Message => ({
  type: RTM.newLink,
  flags: NLM.ack,
  head: linkHead(0, true),
  attributes: [[IFLA.name, text(name)]],
});

/** Changes the greatest length of a device's packets. A bridge of which that was said keeps it, whatever joins it. */
export const setMtu = (name: string, mtu: number): Message => ({
  type: RTM.newLink,
  flags: NLM.ack,
  head: linkHead(0),
  attributes: [
    [IFLA.name, text(name)],
    [IFLA.mtu, u32(mtu)],
  ],
});

/** Removes a device; a pair goes whole. */
export const removeLink = (name: string): Message => ({
  type: RTM.delLink,
  flags: NLM.ack,
  head: linkHead(0),
  attributes: [[IFLA.name, text(name)]],
});

/** Gives a device an address; one of IPv6 can be used at once, since nobody else gives it out. See RFC 4862, 5.4. */
export function newAddress(device: Device, address: Address, subnet: Subnet): Message {
  const bytes = addressBytes(address);
  const own: readonly Attribute[] = [
    [IFA.local, bytes],
    [IFA.address, bytes],
  ];
  const attributes: readonly Attribute[] =
    address.version === 6
      ? [...own, [IFA.flags, u32(IFA_F_NODAD)]]
      : subnet.prefix < 31
        ? [...own, [IFA.broadcast, addressBytes(lastOf(subnet))]]
        : own;
  const head = Uint8Array.of(familyOf(address), subnet.prefix, 0, RT_SCOPE_UNIVERSE, 0, 0, 0, 0);
  const message = { type: RTM.newAddress, flags: NLM.ack | NLM.create | NLM.replace, head, attributes };
  if (typeof device !== "number") return { ...message, hole: [4, `index=${device.name}`] };
  head.set(u32(device), 4);
  return message;
}

/** The way to all that no other route leads to. */
export const newDefaultRoute = (device: Device, gateway: Address): Message => ({
  type: RTM.newRoute,
  flags: NLM.ack | NLM.create | NLM.exclusive,
  head: Uint8Array.of(
    familyOf(gateway),
    0,
    0,
    0,
    RT_TABLE_MAIN,
    RTPROT_STATIC,
    RT_SCOPE_UNIVERSE,
    RTN_UNICAST,
    0,
    0,
    0,
    0,
  ),
  attributes: [
    [RTA.gateway, addressBytes(gateway)],
    [RTA.oif, deviceValue(device)],
  ],
});
