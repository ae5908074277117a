/** What rtnetlink(7) tells: devices, addresses and routes as they are. */
import type { Answer, NetlinkSocket } from "../sys/netlink.ts";
import { type Address, addressBytes, addressFrom, bitsOf, type Subnet, subnetOf } from "./address.ts";
import { type Attributes, attributesOf, encode, NLM, readText, readU32, text, u32 } from "./attributes.ts";

const RTM = { newLink: 16, getLink: 18, newAddress: 20, getAddress: 22, newRoute: 24, getRoute: 26 };
const IFLA = { address: 1, name: 3, mtu: 4, link: 5, master: 10, linkinfo: 18, netnsId: 37 };
const INFO_KIND = 1;
const IFA = { address: 1, local: 2 };
const RTA = { destination: 1, oif: 4, gateway: 5, table: 15, multipath: 9 };
const [AF_INET, AF_INET6] = [2, 10];
const [IFINFO, IFADDR, RTMSG, RTNEXTHOP] = [16, 8, 12, 8];
const IFF_UP = 1;
const RTM_F_CLONED = 0x200;
const RTN_UNICAST = 1;

/** A network device. */
export interface Link {
  readonly index: number;
  readonly name: string;
  readonly up: boolean;
  readonly mtu: number;
  /** `bridge`, `veth`, …; undefined for hardware and lo. */
  readonly kind: string | undefined;
  readonly mac: Uint8Array | undefined;
  /** The number of the bridge that it is a port of. */
  readonly master: number | undefined;
  /** The number of the device that it goes with: the other end of a pair, the parent of a macvlan. */
  readonly link: number | undefined;
  /** What its own network namespace calls that one's, see ip-netns(8); undefined: it is its own. */
  readonly linkNetns: number | undefined;
}

/** An address of a device. */
export interface LinkAddress {
  readonly index: number;
  readonly address: Address;
  readonly prefix: number;
}

/** A route. */
export interface Route {
  readonly table: number;
  /** Of route(7): 1 is unicast. */
  readonly type: number;
  readonly destination: Subnet;
  /** The numbers of the devices that it leads to. */
  readonly devices: readonly number[];
}

const rest = ({ body }: Answer, head: number): Attributes => attributesOf(body.subarray(head));

function readLink(answer: Answer): Link | undefined {
  if (answer.type !== RTM.newLink || answer.body.length < IFINFO) return undefined;
  const { body } = answer;
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const attributes = rest(answer, IFINFO);
  const info = attributes.get(IFLA.linkinfo);
  return {
    index: view.getInt32(4, true),
    name: readText(attributes.get(IFLA.name)) ?? "",
    up: (view.getUint32(8, true) & IFF_UP) !== 0,
    mtu: readU32(attributes.get(IFLA.mtu)) ?? 0,
    kind: info === undefined ? undefined : readText(attributesOf(info).get(INFO_KIND)),
    mac: attributes.get(IFLA.address),
    master: readU32(attributes.get(IFLA.master)),
    link: readU32(attributes.get(IFLA.link)),
    linkNetns: readU32(attributes.get(IFLA.netnsId)),
  };
}

/** What `read` makes of the answers; a plain loop, since the array methods take longer to load. */
function some<T>(answers: readonly Answer[] | number, read: (answer: Answer) => T | undefined): T[] | number {
  if (typeof answers === "number") return answers;
  const found: T[] = [];
  for (let at = 0; at < answers.length; at++) {
    const each = read(answers[at]!);
    if (each !== undefined) found.push(each);
  }
  return found;
}

/** All devices of the socket's network namespace, or minus the errno. */
export const links = (socket: NetlinkSocket): Link[] | number =>
  some(
    socket.ask(
      encode([{ type: RTM.getLink, flags: NLM.dump, head: new Uint8Array(IFINFO), attributes: [] }]).bytes,
    ),
    readLink,
  );

/** The device of that name; undefined where there is none, or it cannot be asked. */
export function linkNamed(socket: NetlinkSocket, name: string): Link | undefined {
  const head = new Uint8Array(IFINFO);
  const question = encode([{ type: RTM.getLink, flags: 0, head, attributes: [[IFLA.name, text(name)]] }]);
  const answers = socket.ask(question.bytes);
  return typeof answers === "number" || answers[0] === undefined ? undefined : readLink(answers[0]);
}

function readAddress(answer: Answer): LinkAddress | undefined {
  if (answer.type !== RTM.newAddress || answer.body.length < IFADDR) return undefined;
  const { body } = answer;
  const attributes = rest(answer, IFADDR);
  const bytes = attributes.get(IFA.local) ?? attributes.get(IFA.address);
  const address = bytes === undefined ? undefined : addressFrom(bytes);
  if (address === undefined) return undefined;
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  return { index: view.getUint32(4, true), address, prefix: body[1]! };
}

/** All addresses, or those of device `index`; or minus the errno. */
export function addresses(socket: NetlinkSocket, index = 0): LinkAddress[] | number {
  const head = new Uint8Array(IFADDR);
  new DataView(head.buffer).setUint32(4, index, true);
  return some(
    socket.ask(encode([{ type: RTM.getAddress, flags: NLM.dump, head, attributes: [] }]).bytes),
    (answer) => {
      const found = readAddress(answer);
      // Kernels before 4.20 tell of all.
      return index === 0 || found?.index === index ? found : undefined;
    },
  );
}

/** The devices of a route with several next hops: struct rtnexthop, each with attributes behind it. */
function nextHops(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const found: number[] = [];
  for (let at = 0; at + RTNEXTHOP <= bytes.length; ) {
    const length = view.getUint16(at, true);
    if (length < RTNEXTHOP) break;
    found.push(view.getInt32(at + 4, true));
    at += (length + 3) & ~3;
  }
  return found;
}

function readRoute(answer: Answer): Route | undefined {
  const { body } = answer;
  if (answer.type !== RTM.newRoute || body.length < RTMSG) return undefined;
  const version = body[0] === AF_INET ? 4 : body[0] === AF_INET6 ? 6 : undefined;
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  if (version === undefined || (view.getUint32(8, true) & RTM_F_CLONED) !== 0) return undefined;
  const attributes = rest(answer, RTMSG);
  const bytes = attributes.get(RTA.destination) ?? new Uint8Array(bitsOf(version) / 8);
  const address = addressFrom(bytes);
  if (address === undefined) return undefined;
  const device = readU32(attributes.get(RTA.oif));
  const hops = attributes.get(RTA.multipath);
  return {
    table: readU32(attributes.get(RTA.table)) ?? body[4]!,
    type: body[7]!,
    destination: subnetOf(address, body[1]!),
    devices: hops !== undefined ? nextHops(hops) : device === undefined ? [] : [device],
  };
}

/** All routes of all tables, or minus the errno. */
export function routes(socket: NetlinkSocket): Route[] | number {
  const found: Route[] = [];
  for (const family of [AF_INET, AF_INET6]) {
    const head = new Uint8Array(RTMSG);
    head[0] = family;
    const answers = socket.ask(encode([{ type: RTM.getRoute, flags: NLM.dump, head, attributes: [] }]).bytes);
    const read = some(answers, readRoute);
    if (typeof read !== "number") found.push(...read);
    else if (family === AF_INET) return read;
  }
  return found;
}

/** The number of the device by which packets to `address` leave; undefined where none do. */
export function deviceTo(socket: NetlinkSocket, address: Address): number | undefined {
  const head = new Uint8Array(RTMSG);
  head[0] = address.version === 4 ? AF_INET : AF_INET6;
  head[1] = bitsOf(address.version);
  const attributes = [[RTA.destination, addressBytes(address)]] as const;
  const answers = socket.ask(encode([{ type: RTM.getRoute, flags: 0, head, attributes }]).bytes);
  if (typeof answers === "number" || answers[0] === undefined || answers[0].body[7] !== RTN_UNICAST)
    return undefined;
  return readU32(rest(answers[0], RTMSG).get(RTA.oif));
}

const [RTM_GETNSID, NETNSA_NSID, NETNSA_FD] = [90, 1, 3];
const RTGEN = 4;

/** What the socket's network namespace calls that of descriptor `fd`; undefined where it has no name for it. */
export function netnsIdOf(socket: NetlinkSocket, fd: number): number | undefined {
  const question = encode([
    { type: RTM_GETNSID, flags: 0, head: new Uint8Array(RTGEN), attributes: [[NETNSA_FD, u32(fd)]] },
  ]);
  const answers = socket.ask(question.bytes);
  const id =
    typeof answers === "number" || answers[0] === undefined
      ? undefined
      : rest(answers[0], RTGEN).get(NETNSA_NSID);
  const number = readU32(id);
  return number === undefined || number > 0x7fffffff ? undefined : number;
}
