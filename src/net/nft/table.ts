/**
 * THE table `inet nsbox`: what nsbox asks of the kernel's filter for its networks. Its rules never change; what
 * networks there are stands in its sets. A packet that is neither from nor to one of our bridges passes by.
 */
import { addressBytes, nth, type Subnet, sizeOf, type Version } from "../address.ts";
import { type Message, u32 } from "../attributes.ts";
import {
  bits,
  compare,
  ct,
  type Expression,
  isIn,
  isNotIn,
  masquerade,
  meta,
  payload,
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
import { CT, FAMILIES, META, NAME_LENGTH, REGISTER, STATE } from "./numbers.ts";

/** Our table. */
export const TABLE: Table = { family: "inet", name: "nsbox" };

/** Its chains, each called by the kernel. */
const CHAINS = [
  { name: "forward", type: "filter", hook: "forward", priority: 0 },
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

/** Where a header has the address that it comes from, and how long that is. */
const PLACES = { 4: [12, 4], 6: [8, 16] } as const;

/** The address that a packet of this version comes from. */
function source(version: Version): Expression[] {
  const [place, length] = PLACES[version];
  return [...familyOf(version), payload("network", place, length)];
}

type Rule = readonly [comment: string, ...Expression[]];

/** An address that is not of the networks would go out as it is, and be taken for somebody else's. */
const foreign = (version: Version): Rule => [
  `out of a network only with its addresses, IPv${version}`,
  ...from("bridges"),
  ...source(version),
  isNotIn(`masked${version}`),
  verdict("drop"),
];

const forward: readonly Rule[] = [
  ["answers to a network", ...to("bridges"), ...answers, verdict("accept")],
  ["what the kernel cannot follow", ...from("bridges"), ...hasBit(CT.state, STATE.invalid), verdict("drop")],
  ["answers from a network", ...from("bridges"), ...answers, verdict("accept")],
  ["within one network", ...fromWithin, verdict("accept")],
  ["networks are apart, and closed to the outside", ...to("bridges"), verdict("drop")],
  ["internal networks stay inside", ...from("internal"), verdict("drop")],
  foreign(4),
  foreign(6),
  ["from a network to the outside", ...from("bridges"), verdict("accept")],
  ["not passed on before nsbox switched it on", ...familyOf(4), ...from("switched4"), verdict("drop")],
  ["not passed on before nsbox switched it on", ...familyOf(6), ...from("switched6"), verdict("drop")],
];

const translated = (version: Version): readonly Rule[] => {
  const own = [...source(version), isIn(`masked${version}`)];
  return [[`out of a network, IPv${version}`, ...own, meta(META.oifname), isNotIn("bridges"), masquerade()]];
};

const RULES: Readonly<Record<(typeof CHAINS)[number]["name"], readonly Rule[]>> = {
  forward,
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
function setElements(
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

/** The batch by which the table is as it should be, in one step. */
export function tableBatch(networks: readonly Filtered[], switched: Switched): Message[] {
  const elements = Object.entries(setElements(networks, switched));
  return batch([
    addTable(TABLE),
    ...CHAINS.map((chain) => addChain(TABLE, chain)),
    ...STATE_SETS.map((set, index) => addSet(TABLE, set, index + 1)),
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
