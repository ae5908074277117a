/** Messages to nftables: tables, chains, rules, sets and their elements, and the batch that holds them. */
import { type Attribute, be32, type Message, NLM, text } from "../attributes.ts";
import type { Expression } from "./expressions.ts";
import { FAMILIES, type FamilyName, HOOKS, type HookName, NFT, NFTA } from "./numbers.ts";

const [BATCH_BEGIN, BATCH_END] = [16, 17];
const NFNL_SUBSYS_NFTABLES = 10;
/** NFTNL_UDATA_RULE_COMMENT of libnftnl. */
const COMMENT = 0;

/** struct nfgenmsg. */
export const familyHead = (family: FamilyName | "all", resource = 0): Uint8Array =>
  Uint8Array.of(family === "all" ? 0 : FAMILIES[family], 0, resource >>> 8, resource);

const edge = (type: number): Message => ({
  type,
  flags: 0,
  head: familyHead("all", NFNL_SUBSYS_NFTABLES),
  attributes: [],
});

/** All of `messages` or none of them. */
export const batch = (messages: readonly Message[]): Message[] => [
  edge(BATCH_BEGIN),
  ...messages,
  edge(BATCH_END),
];

/** A table, and what is said of it. */
export interface Table {
  readonly family: FamilyName;
  readonly name: string;
}

const message = (
  type: number,
  { family }: Table,
  flags: number,
  attributes: readonly Attribute[],
): Message => ({
  type,
  flags: NLM.ack | flags,
  head: familyHead(family),
  attributes,
});

/** The table, made where it is absent. */
export const addTable = (table: Table): Message =>
  message(NFT.newTable, table, NLM.create, [
    [NFTA.table.name, text(table.name)],
    [NFTA.table.flags, be32(0)],
  ]);

/** The table goes, with all that is in it. */
export const deleteTable = (table: Table): Message =>
  message(NFT.delTable, table, 0, [[NFTA.table.name, text(table.name)]]);

/** A chain that the kernel calls. */
export interface BaseChain {
  readonly name: string;
  readonly type: "filter" | "nat";
  readonly hook: HookName;
  readonly priority: number;
}

/** The chain, made where it is absent; what reaches its end is accepted. */
export const addChain = (table: Table, { name, type, hook, priority }: BaseChain): Message =>
  message(NFT.newChain, table, NLM.create, [
    [NFTA.chain.table, text(table.name)],
    [NFTA.chain.name, text(name)],
    [
      NFTA.chain.hook,
      [
        [NFTA.hook.number, be32(HOOKS[hook])],
        [NFTA.hook.priority, be32(priority)],
      ],
    ],
    [NFTA.chain.policy, be32(1)],
    [NFTA.chain.type, text(type)],
  ]);

/** A rule at the end of a chain, with a word for people. */
export function addRule(
  table: Table,
  chain: string,
  expressions: readonly Expression[],
  comment: string,
): Message {
  const words = text(comment);
  return message(NFT.newRule, table, NLM.create | NLM.append, [
    [NFTA.rule.table, text(table.name)],
    [NFTA.rule.chain, text(chain)],
    [NFTA.rule.expressions, expressions],
    [NFTA.rule.userdata, Uint8Array.of(COMMENT, words.length, ...words)],
  ]);
}

/** All rules of all chains of the table go. */
export const flushRules = (table: Table): Message =>
  message(NFT.delRule, table, 0, [[NFTA.rule.table, text(table.name)]]);

/** Data types of nft(8): their numbers there, and how many bytes they take in a register. */
const TYPES = {
  ipv4_addr: [7, 4],
  ipv6_addr: [8, 16],
  ifname: [41, 16],
} as const;

/** A data type of nft(8). */
export type DataType = keyof typeof TYPES;

/** A set. */
export interface NftSet {
  readonly name: string;
  readonly key: readonly DataType[];
  /** Its elements are ranges. */
  readonly interval?: true;
}

/** Bits of a type within the number of a concatenation. */
const TYPE_BITS = 6;

const typeOf = (types: readonly DataType[]): number =>
  types.reduce((sum, type) => (sum << TYPE_BITS) | TYPES[type][0], 0);

const lengthOf = (types: readonly DataType[]): number => types.reduce((sum, type) => sum + TYPES[type][1], 0);

/** NFTNL_UDATA_SET_KEYBYTEORDER of libnftnl: without it nft(8) prints no names. */
const HOST_ORDER = Uint8Array.of(0, 4, 1, 0, 0, 0);

const INTERVAL = 4;

/** The set, made where it is absent. */
export function addSet(table: Table, { name, key, interval }: NftSet, id: number): Message {
  const attributes: Attribute[] = [
    [NFTA.set.table, text(table.name)],
    [NFTA.set.name, text(name)],
    [NFTA.set.flags, be32(interval === undefined ? 0 : INTERVAL)],
    [NFTA.set.keyType, be32(typeOf(key))],
    [NFTA.set.keyLength, be32(lengthOf(key))],
    [NFTA.set.id, be32(id)],
  ];
  if (key.length === 1 && key[0] === "ifname") attributes.push([NFTA.set.userdata, HOST_ORDER]);
  return message(NFT.newSet, table, NLM.create, attributes);
}

/** An element; `end`: where a range has ended. */
export interface Element {
  readonly key: Uint8Array;
  readonly end?: boolean;
}

function elementOf({ key, end }: Element): Attribute {
  const parts: Attribute[] = [[NFTA.element.key, [[NFTA.data.value, key]]]];
  if (end) parts.push([NFTA.element.flags, be32(1)]);
  return [NFTA.list.element, parts];
}

const elements = (
  type: number,
  flags: number,
  table: Table,
  set: string,
  list: readonly Element[],
): Message =>
  message(type, table, flags, [
    [NFTA.elements.table, text(table.name)],
    [NFTA.elements.set, text(set)],
    ...(list.length > 0 ? [[NFTA.elements.list, list.map(elementOf)] as const] : []),
  ]);

/** Elements into a set, those that are there already included. */
export const addElements = (table: Table, set: string, list: readonly Element[]): Message =>
  elements(NFT.newElement, NLM.create, table, set, list);

/** Elements out of a set; none: all. */
export const deleteElements = (table: Table, set: string, list: readonly Element[] = []): Message =>
  elements(NFT.delElement, 0, table, set, list);
