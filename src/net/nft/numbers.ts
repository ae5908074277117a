/** The numbers of nftables' netlink interface: linux/netfilter/nf_tables.h. */

/** NETLINK_NETFILTER. */
export const NETFILTER = 12;

/** Families, as rules and tables have them (NFPROTO_…). */
export const FAMILIES = { inet: 1, ip: 2, arp: 3, netdev: 5, bridge: 7, ip6: 10 } as const;

/** The name of a family. */
export type FamilyName = keyof typeof FAMILIES;

const SUBSYSTEM = 10 << 8;

/** Message types, the subsystem's number included. */
export const NFT = {
  newTable: SUBSYSTEM | 0,
  delTable: SUBSYSTEM | 2,
  newChain: SUBSYSTEM | 3,
  getChain: SUBSYSTEM | 4,
  newRule: SUBSYSTEM | 6,
  getRule: SUBSYSTEM | 7,
  delRule: SUBSYSTEM | 8,
  newSet: SUBSYSTEM | 9,
  newElement: SUBSYSTEM | 12,
  getElement: SUBSYSTEM | 13,
  delElement: SUBSYSTEM | 14,
  getGeneration: SUBSYSTEM | 16,
} as const;

/** Attributes of tables, chains, rules, and what is in them. */
export const NFTA = {
  table: { name: 1, flags: 2 },
  chain: { table: 1, name: 3, hook: 4, policy: 5, type: 7 },
  hook: { number: 1, priority: 2 },
  rule: { table: 1, chain: 2, handle: 3, expressions: 4, userdata: 7 },
  set: {
    table: 1,
    name: 2,
    flags: 3,
    keyType: 4,
    keyLength: 5,
    id: 10,
    userdata: 13,
  },
  elements: { table: 1, set: 2, list: 3 },
  element: { key: 1, data: 2, flags: 3 },
  generation: { id: 1 },
  list: { element: 1 },
  expression: { name: 1, data: 2 },
  data: { value: 1, verdict: 2 },
  verdict: { code: 1, chain: 2 },
} as const;

/** Places in the kernel where chains are called, for the families ip, ip6 and inet. */
export const HOOKS = { prerouting: 0, input: 1, forward: 2, output: 3, postrouting: 4 } as const;

/** The name of such a place. */
export type HookName = keyof typeof HOOKS;

/** What a rule or a chain decides; below 0 nft's own. */
export const VERDICTS = {
  drop: 0,
  accept: 1,
  continue: -1,
  break: -2,
  jump: -3,
  goto: -4,
  return: -5,
} as const;

/** The registers of 4 bytes, 16 of them; the first four are also register 1 of 16 bytes. */
export const REGISTER = 8;

/** Where comparisons compare: NFT_CMP_… */
export const COMPARE = { equal: 0, unequal: 1, less: 2, lessEqual: 3, greater: 4, greaterEqual: 5 } as const;

/** What `meta` reads: NFT_META_… */
export const META = {
  protocol: 1,
  mark: 3,
  iif: 4,
  oif: 5,
  iifname: 6,
  oifname: 7,
  nfproto: 15,
  l4proto: 16,
} as const;

/** What `ct` reads: NFT_CT_… */
export const CT = { state: 0, direction: 1, status: 2 } as const;

/** Bits of `ct state`. */
export const STATE = { invalid: 1, established: 2, related: 4, new: 8, untracked: 64 } as const;

/** Where a payload is read from. */
export const BASE = { network: 1, transport: 2 } as const;

/** Length of an interface's name in a register or a set. */
export const NAME_LENGTH = 16;
