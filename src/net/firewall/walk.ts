/**
 * Firewalls as far as they can be foreseen: what becomes of one packet in chains of rules, of which some ask for
 * things that nobody knows beforehand.
 */
import type { Address, Version } from "../address.ts";

/** A packet that is thought of. */
export interface Packet {
  readonly version: Version;
  /** The devices; undefined where there is none, or it is not known. */
  readonly from: Device | undefined;
  readonly to: Device | undefined;
  readonly source: Address | undefined;
  readonly destination: Address | undefined;
  /** TCP and its ports, or what asks for the neighbour's hardware address. */
  readonly carries: { readonly from: number; readonly to: number } | "neighbour";
  /** Of its connection. */
  readonly state: "new" | "established" | "untracked";
}

/** A network device. */
export interface Device {
  readonly name: string;
  readonly index: number;
}

/** Protocols, as the header of the Internet Protocol has them. */
export const PROTOCOLS = { tcp: 6, icmpv6: 58 } as const;

/** Neighbour solicitation, see RFC 4861. */
export const SOLICITATION = 135;

/** Yes, no, or not known. */
export type Known = boolean | undefined;

/** What a rule does with what it matches; `on`: nothing that matters here. */
export type Deed =
  | { readonly do: "accept" | "drop" | "return" | "on" }
  | { readonly do: "jump" | "goto"; readonly chain: string };

/** One rule. */
export interface FirewallRule {
  readonly matches: (packet: Packet) => { readonly known: Known; readonly deed: Deed };
  /** What it is called where it is named. */
  readonly title: string;
}

/** One chain; `policy` where the kernel calls it. */
export interface FirewallChain {
  readonly name: string;
  readonly policy: "accept" | "drop" | undefined;
  readonly rules: readonly FirewallRule[];
}

/** What becomes of the packet: `rule` is what drops it, undefined where the policy does. */
export type Fate =
  | { readonly is: "passes" }
  | { readonly is: "unknown" }
  | { readonly is: "dropped"; readonly rule: string | undefined };

type End = { readonly is: "accept" | "on" | "maybe" } | { readonly is: "drop"; readonly rule: string };

const DEEPEST = 32;

/** What `packet` meets in chain `name`, and those that it leads to. */
export function fateIn(chains: ReadonlyMap<string, FirewallChain>, name: string, packet: Packet): Fate {
  const chain = chains.get(name);
  if (chain === undefined) return { is: "passes" };
  const end = walk(chains, chain, packet, 0);
  if (end.is === "drop") return { is: "dropped", rule: end.rule };
  if (end.is === "maybe") return { is: "unknown" };
  return end.is === "on" && chain.policy === "drop" ? { is: "dropped", rule: undefined } : { is: "passes" };
}

/**
 * `maybe` as soon as a rule might accept it: what comes behind drops nothing for certain. A rule that might drop
 * it, a closed port, is passed over.
 */
function walk(
  chains: ReadonlyMap<string, FirewallChain>,
  { rules }: FirewallChain,
  packet: Packet,
  depth: number,
): End {
  if (depth === DEEPEST) return { is: "maybe" };
  for (const { matches, title } of rules) {
    const { known, deed } = matches(packet);
    if (known === false || deed.do === "on") continue;
    const isSure = known === true;
    if (deed.do === "accept") return { is: isSure ? "accept" : "maybe" };
    if (deed.do === "drop") {
      if (isSure) return { is: "drop", rule: title };
      continue;
    }
    if (deed.do !== "jump" && deed.do !== "goto") {
      // Where it is not sure to go back, what is behind may be reached.
      if (isSure) return { is: "on" };
      continue;
    }
    const target = chains.get(deed.chain);
    if (target === undefined) return { is: "maybe" };
    const end = walk(chains, target, packet, depth + 1);
    if (end.is === "maybe" || (end.is === "accept" && !isSure)) return { is: "maybe" };
    if (!isSure) continue;
    if (end.is !== "on") return end;
    if (deed.do === "goto") return { is: "on" };
  }
  return { is: "on" };
}
