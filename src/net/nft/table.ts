/**
 * THE table `inet nsbox`: what nsbox asks of the kernel's filter for its networks. Its rules never change; what
 * networks there are stands in its sets. A packet that is neither from nor to one of our bridges passes by.
 */
import { type Address, addressBytes, nth, type Subnet, sizeOf, type Version } from "../address.ts";
import { type Message, u32 } from "../attributes.ts";
import {
  bits,
  compare,
  ct,
  destinationType,
  type Expression,
  isIn,
  isNotIn,
  lookUp,
  masquerade,
  meta,
  payload,
  toDestination,
  verdict,
} from "./expressions.ts";
import {
  addChain,
  addElements,
  addRule,
  addSet,
  addTable,
  type BaseChain,
  batch,
  deleteElements,
  deleteTable,
  type Element,
  flushRules,
  type NftSet,
  type Table,
} from "./messages.ts";
import { CT, FAMILIES, META, NAME_LENGTH, REGISTER, STATE, STATUS_DNAT } from "./numbers.ts";

/** Our table. */
export const TABLE: Table = { family: "inet", name: "nsbox" };

/** Its chains, each called by the kernel. */
export const CHAINS = [
  { name: "forward", type: "filter", hook: "forward", priority: 0 },
  { name: "prerouting", type: "nat", hook: "prerouting", priority: -100 },
  { name: "output", type: "nat", hook: "output", priority: -100 },
  { name: "postrouting", type: "nat", hook: "postrouting", priority: 100 },
] as const satisfies readonly BaseChain[];

/** Sets that say what networks there are. */
const STATE_SETS = [
  { name: "bridges", key: ["ifname"] },
  { name: "internal", key: ["ifname"] },
  { name: "within", key: ["ifname", "ifname"] },
  { name: "switched4", key: ["ifname"] },
  { name: "switched6", key: ["ifname"] },
  { name: "masked4", key: ["ipv4_addr"], interval: true },
  { name: "masked6", key: ["ipv6_addr"], interval: true },
] as const satisfies readonly NftSet[];

/** Maps of published ports: of one address of the host, and of all that it has. */
const PORT_MAPS = [
  { name: "at4", key: ["ipv4_addr", "inet_proto", "inet_service"], data: ["ipv4_addr", "inet_service"] },
  { name: "at6", key: ["ipv6_addr", "inet_proto", "inet_service"], data: ["ipv6_addr", "inet_service"] },
  { name: "any4", key: ["inet_proto", "inet_service"], data: ["ipv4_addr", "inet_service"] },
  { name: "any6", key: ["inet_proto", "inet_service"], data: ["ipv6_addr", "inet_service"] },
] as const satisfies readonly NftSet[];

/** The names of the sets that say what networks there are. */
export const SET_NAMES: readonly string[] = STATE_SETS.map(({ name }) => name);

/** What the table knows of one network. */
export interface Filtered {
  readonly bridge: string;
  readonly internal: boolean;
  readonly subnets: readonly Subnet[];
}

/** Devices through which packets are passed on only since nsbox has said so: before, nothing was. */
export interface Switched {
  readonly 4: readonly string[];
  readonly 6: readonly string[];
}

const familyOf = (version: Version): Expression[] => [
  meta(META.nfproto),
  compare("equal", Uint8Array.of(version === 4 ? FAMILIES.ip : FAMILIES.ip6)),
];
const hasBit = (key: number, mask: number): Expression[] => [
  ct(key),
  bits(u32(mask)),
  compare("unequal", u32(0)),
];
const from = (set: string): Expression[] => [meta(META.iifname), isIn(set)];
const to = (set: string): Expression[] => [meta(META.oifname), isIn(set)];
const fromWithin = [meta(META.iifname), meta(META.oifname, REGISTER + 4), isIn("within")];
const answers = hasBit(CT.state, STATE.established | STATE.related);

/** Where a header has its addresses: offset of the source, of the destination, length. */
const PLACES = { 4: [12, 16, 4], 6: [8, 24, 16] } as const;

type Rule = readonly [comment: string, ...Expression[]];

const forward: readonly Rule[] = [
  ["answers to a network", ...to("bridges"), ...answers, verdict("accept")],
  ["what the kernel cannot follow", ...from("bridges"), ...hasBit(CT.state, STATE.invalid), verdict("drop")],
  ["answers from a network", ...from("bridges"), ...answers, verdict("accept")],
  ["within one network", ...fromWithin, verdict("accept")],
  ["to published ports", ...to("bridges"), ...hasBit(CT.status, STATUS_DNAT), verdict("accept")],
  ["networks are apart, and closed to the outside", ...to("bridges"), verdict("drop")],
  ["internal networks stay inside", ...from("internal"), verdict("drop")],
  ["from a network to the outside", ...from("bridges"), verdict("accept")],
  ["not passed on before nsbox switched it on", ...familyOf(4), ...from("switched4"), verdict("drop")],
  ["not passed on before nsbox switched it on", ...familyOf(6), ...from("switched6"), verdict("drop")],
];

/** Ports: of the address that the packet goes to, or of any of this machine's. */
const published = (version: Version): readonly Rule[] => {
  const [, at, length] = PLACES[version];
  const words = length / 4;
  const data = REGISTER;
  const nat = toDestination(version === 4 ? FAMILIES.ip : FAMILIES.ip6, data, data + words);
  const key = (first: number) => [meta(META.l4proto, first), payload("transport", 2, 2, first + 1)];
  const address = payload("network", at, length);
  const local = [destinationType(), compare("equal", u32(2))];
  return [
    [
      `ports published at one address, IPv${version}`,
      ...familyOf(version),
      address,
      ...key(REGISTER + words),
      lookUp(`at${version}`, data),
      nat,
    ],
    [
      `ports published at all addresses, IPv${version}`,
      ...familyOf(version),
      ...local,
      ...key(REGISTER),
      lookUp(`any${version}`, data),
      nat,
    ],
  ];
};

/** The proxy answers there. */
const loopback: readonly Rule[] = [
  [
    "loopback is the proxy's",
    ...familyOf(4),
    payload("network", 16, 1),
    compare("equal", Uint8Array.of(127)),
    verdict("return"),
  ],
  [
    "loopback is the proxy's",
    ...familyOf(6),
    payload("network", 24, 16),
    compare("equal", Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)),
    verdict("return"),
  ],
];

const translated = (version: Version): readonly Rule[] => {
  const [source, destination, length] = PLACES[version];
  const own = [...familyOf(version), payload("network", source, length), isIn(`masked${version}`)];
  return [
    [`out of a network, IPv${version}`, ...own, meta(META.oifname), isNotIn("bridges"), masquerade()],
    [
      `to the own network's published ports, IPv${version}`,
      ...own,
      payload("network", destination, length),
      isIn(`masked${version}`),
      ...hasBit(CT.status, STATUS_DNAT),
      masquerade(),
    ],
  ];
};

const RULES: Readonly<Record<(typeof CHAINS)[number]["name"], readonly Rule[]>> = {
  forward,
  prerouting: [...published(4), ...published(6)],
  output: [...loopback, ...published(4), ...published(6)],
  postrouting: [...translated(4), ...translated(6)],
};

/** A device's name as sets have it. */
export function nameBytes(name: string): Uint8Array {
  const bytes = new Uint8Array(NAME_LENGTH);
  new TextEncoder().encodeInto(name, bytes.subarray(0, NAME_LENGTH - 1));
  return bytes;
}

const range = (subnet: Subnet): Element[] => {
  const end = addressBytes(nth(subnet, sizeOf(subnet)));
  return [{ key: addressBytes(subnet) }, { key: end, end: true }];
};

/** What stands in the sets where there are these networks. */
export function setElements(
  networks: readonly Filtered[],
  switched: Switched,
): Readonly<Record<(typeof STATE_SETS)[number]["name"], readonly Element[]>> {
  const names = (list: readonly string[]): Element[] => list.map((name) => ({ key: nameBytes(name) }));
  const open = networks.filter(({ internal }) => !internal);
  const ranges = (version: Version) =>
    open.flatMap(({ subnets }) => subnets.filter((each) => each.version === version)).flatMap(range);
  return {
    bridges: names(networks.map(({ bridge }) => bridge)),
    internal: names(networks.filter(({ internal }) => internal).map(({ bridge }) => bridge)),
    within: networks.map(({ bridge }) => ({
      key: Uint8Array.of(...nameBytes(bridge), ...nameBytes(bridge)),
    })),
    switched4: names(switched[4]),
    switched6: names(switched[6]),
    masked4: ranges(4),
    masked6: ranges(6),
  };
}

/** The batch by which the table is as it should be, in one step; ports that are published stay so. */
export function tableBatch(networks: readonly Filtered[], switched: Switched): Message[] {
  const elements = Object.entries(setElements(networks, switched));
  return batch([
    addTable(TABLE),
    ...CHAINS.map((chain) => addChain(TABLE, chain)),
    ...[...STATE_SETS, ...PORT_MAPS].map((set, index) => addSet(TABLE, set, index + 1)),
    flushRules(TABLE),
    ...elements.map(([set]) => deleteElements(TABLE, set)),
    ...Object.entries(RULES).flatMap(([chain, rules]) =>
      rules.map(([comment, ...steps]) => addRule(TABLE, chain, steps, comment)),
    ),
    ...elements.flatMap(([set, list]) => (list.length > 0 ? [addElements(TABLE, set, list)] : [])),
  ]);
}

/** The batch that removes the table. */
export const noTableBatch = (): Message[] => batch([addTable(TABLE), deleteTable(TABLE)]);

/** A published port: where it is on the host, and where it leads. */
export interface PublishedPort {
  readonly protocol: "tcp" | "udp";
  /** undefined: all of the host's of the version of `to`. */
  readonly address: Address | undefined;
  readonly port: number;
  readonly to: Address;
  readonly toPort: number;
}

const PROTOCOLS = { tcp: 6, udp: 17 } as const;
const portWord = (port: number): Uint8Array => Uint8Array.of(port >>> 8, port, 0, 0);

function portElement({ protocol, address, port, to, toPort }: PublishedPort): [map: string, Element] {
  const key = [PROTOCOLS[protocol], 0, 0, 0, ...portWord(port)];
  const data = Uint8Array.of(...addressBytes(to), ...portWord(toPort));
  return address === undefined
    ? [`any${to.version}`, { key: Uint8Array.from(key), data }]
    : [`at${to.version}`, { key: Uint8Array.of(...addressBytes(address), ...key), data }];
}

/** The batch that publishes ports; one that is taken already refuses it, with EEXIST. */
export const publishBatch = (ports: readonly PublishedPort[]): Message[] =>
  batch(
    ports.map((port) => {
      const [map, element] = portElement(port);
      return addElements(TABLE, map, [element]);
    }),
  );

/** The batch that takes them back. */
export const unpublishBatch = (ports: readonly PublishedPort[]): Message[] =>
  batch(
    ports.map((port) => {
      const [map, { key }] = portElement(port);
      return deleteElements(TABLE, map, [{ key }]);
    }),
  );
