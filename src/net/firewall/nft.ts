/** Rules of nftables as `./walk.ts` walks them: the small machine of each rule, as far as it can be foreseen. */
import { addressBytes, type Version } from "../address.ts";
import { attributesOf, readBe32, readText, u32 } from "../attributes.ts";
import type { Chain, Element, Rule, Step } from "../nft/look.ts";
import { BASE, COMPARE, CT, FAMILIES, type FamilyName, META, NFTA, STATE, VERDICTS } from "../nft/numbers.ts";
import { nameBytes } from "../nft/table.ts";
import {
  type Deed,
  type FirewallChain,
  type FirewallRule,
  type Known,
  type Packet,
  PROTOCOLS,
  SOLICITATION,
} from "./walk.ts";

/** Elements of a set by its name; undefined where they cannot be had. */
export type SetReader = (set: string) => readonly Element[] | undefined;

const ON: Deed = { do: "on" };
const FIRST_REGISTER = 8;
/** Steps that change nothing here. */
const PASSING = ["counter", "log", "objref", "dynset", "notrack", "last"];
const ETHERTYPES: Readonly<Record<Version, Uint8Array>> = {
  4: Uint8Array.of(8, 0),
  6: Uint8Array.of(0x86, 0xdd),
};
/** Where a header has source and destination. */
const PLACES = { 4: [12, 16], 6: [8, 24] } as const;

const protocolOf = ({ carries }: Packet): number =>
  carries === "neighbour" ? PROTOCOLS.icmpv6 : PROTOCOLS.tcp;

function metaOf(key: number | undefined, packet: Packet): Uint8Array | undefined {
  const { from, to, version } = packet;
  switch (key) {
    case META.iifname:
      return from === undefined ? undefined : nameBytes(from.name);
    case META.oifname:
      return to === undefined ? undefined : nameBytes(to.name);
    case META.iif:
      return from === undefined ? undefined : u32(from.index);
    case META.oif:
      return to === undefined ? undefined : u32(to.index);
    case META.nfproto:
      return Uint8Array.of(version === 4 ? FAMILIES.ip : FAMILIES.ip6);
    case META.l4proto:
      return Uint8Array.of(protocolOf(packet));
    case META.protocol:
      return ETHERTYPES[version];
    case META.mark:
      return new Uint8Array(4);
    default:
      return undefined;
  }
}

const STATES = { new: STATE.new, established: STATE.established, untracked: STATE.untracked } as const;

/** The bytes of a header that are known, from its beginning: undefined where they are not. */
function headerOf(base: number | undefined, packet: Packet): (number | undefined)[] {
  const { version, carries } = packet;
  const bytes: (number | undefined)[] = [];
  if (base === BASE.network) {
    bytes[version === 4 ? 9 : 6] = protocolOf(packet);
    for (const [at, address] of [packet.source, packet.destination].entries()) {
      if (address === undefined) continue;
      for (const [offset, byte] of addressBytes(address).entries())
        bytes[PLACES[version][at]! + offset] = byte;
    }
  } else if (base === BASE.transport) {
    if (carries === "neighbour") bytes.push(SOLICITATION, 0);
    else bytes.push(carries.from >>> 8, carries.from & 0xff, carries.to >>> 8, carries.to & 0xff);
  }
  return bytes;
}

/** `length` bytes of it from `offset` on, where all are known. */
function sliceOf(header: readonly (number | undefined)[], offset: number, length: number) {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) {
    const byte = header[offset + at];
    if (byte === undefined) return undefined;
    bytes[at] = byte;
  }
  return bytes;
}

const order = (a: Uint8Array, b: Uint8Array): number => {
  for (let at = 0; at < b.length; at++) if (a[at] !== b[at]) return (a[at] ?? 0) - b[at]!;
  return 0;
};

function compares(how: number | undefined, left: Uint8Array, right: Uint8Array): Known {
  const result = order(left, right);
  switch (how) {
    case COMPARE.equal:
      return result === 0;
    case COMPARE.unequal:
      return result !== 0;
    case COMPARE.less:
      return result < 0;
    case COMPARE.lessEqual:
      return result <= 0;
    case COMPARE.greater:
      return result > 0;
    case COMPARE.greaterEqual:
      return result >= 0;
    default:
      return undefined;
  }
}

/** The element that `key` is, or the range that it lies in. */
function find(elements: readonly Element[], key: Uint8Array): Element | undefined {
  if (!elements.some(({ end }) => end)) return elements.find((element) => order(key, element.key) === 0);
  const sorted = elements.toSorted((a, b) => order(a.key, b.key) || Number(b.end) - Number(a.end));
  const last = sorted.findLast((element) => order(element.key, key) <= 0);
  return last?.end === false ? last : undefined;
}

/** What a verdict says. */
function deedOf(verdict: Uint8Array | undefined): Deed {
  if (verdict === undefined) return ON;
  const parts = attributesOf(verdict);
  const code = readBe32(parts.get(NFTA.verdict.code), true);
  const chain = readText(parts.get(NFTA.verdict.chain)) ?? "";
  if (code === VERDICTS.accept) return { do: "accept" };
  if (code === VERDICTS.drop) return { do: "drop" };
  if (code === VERDICTS.return) return { do: "return" };
  if (code === VERDICTS.jump) return { do: "jump", chain };
  return code === VERDICTS.goto ? { do: "goto", chain } : ON;
}

const partsOf = (bytes: Uint8Array | undefined) => (bytes === undefined ? undefined : attributesOf(bytes));

/** One run of a rule's machine. */
class Machine {
  readonly #registers = new Map<number, Uint8Array>();
  readonly #packet: Packet;
  readonly #sets: SetReader;
  known: Known = true;
  deed: Deed = ON;

  constructor(packet: Packet, sets: SetReader) {
    this.#packet = packet;
    this.#sets = sets;
  }

  /** Register 1 of 16 bytes begins where register 8 of 4 does. */
  #number(bytes: Uint8Array | undefined): number {
    const number = readBe32(bytes) ?? 0;
    return number >= 1 && number <= 4 ? FIRST_REGISTER + (number - 1) * 4 : number;
  }

  #load(register: Uint8Array | undefined, value: Uint8Array | undefined): void {
    const number = this.#number(register);
    if (value === undefined) this.#registers.delete(number);
    else this.#registers.set(number, value);
  }

  #get = (register: Uint8Array | undefined) => this.#registers.get(this.#number(register));

  #and(known: Known): void {
    if (known === false) this.known = false;
    else if (known === undefined && this.known === true) this.known = undefined;
  }

  step({ name, data }: Step): void {
    const number = (type: number) => readBe32(data.get(type));
    switch (name) {
      case "meta":
        if (data.has(1)) this.#load(data.get(1), metaOf(number(2), this.#packet));
        return;
      case "ct":
        if (data.has(1))
          this.#load(data.get(1), number(2) === CT.state ? u32(STATES[this.#packet.state]) : undefined);
        return;
      case "payload":
        if (!data.has(1)) return;
        this.#load(data.get(1), sliceOf(headerOf(number(2), this.#packet), number(3) ?? 0, number(4) ?? 0));
        return;
      case "bitwise":
        this.#load(data.get(2), this.#masked(data));
        return;
      case "cmp": {
        const [left, right] = [this.#get(data.get(1)), partsOf(data.get(3))?.get(NFTA.data.value)];
        this.#and(left === undefined || right === undefined ? undefined : compares(number(2), left, right));
        return;
      }
      case "lookup":
        this.#lookUp(data);
        return;
      case "immediate": {
        const value = partsOf(data.get(2));
        if (this.#number(data.get(1)) === 0) this.deed = deedOf(value?.get(NFTA.data.verdict));
        else this.#load(data.get(1), value?.get(NFTA.data.value));
        return;
      }
      case "reject":
        this.deed = { do: "drop" };
        return;
      case "target":
        this.deed = targetOf(readText(data.get(1)) ?? "");
        return;
      default:
        if (!PASSING.includes(name)) this.#and(undefined);
    }
  }

  #masked(data: Step["data"]): Uint8Array | undefined {
    const value = this.#get(data.get(1));
    const mask = partsOf(data.get(4))?.get(NFTA.data.value);
    const xor = partsOf(data.get(5))?.get(NFTA.data.value);
    if (value === undefined || mask === undefined || xor === undefined) return undefined;
    return mask.map((bits, at) => ((value[at] ?? 0) & bits) ^ (xor[at] ?? 0));
  }

  #lookUp(data: Step["data"]): void {
    const value = this.#get(data.get(2));
    const elements = this.#sets(readText(data.get(1)) ?? "");
    const isMap = data.has(3);
    if (
      value === undefined ||
      elements === undefined ||
      elements.some(({ key }) => key.length > value.length)
    ) {
      // A map of verdicts may hold any.
      if (isMap && this.#number(data.get(3)) === 0) this.deed = { do: "accept" };
      this.#and(undefined);
      return;
    }
    const found = find(elements, value);
    const isInverted = ((readBe32(data.get(5)) ?? 0) & 1) !== 0;
    this.#and((found !== undefined) !== isInverted);
    if (!isMap || found === undefined) return;
    if (this.#number(data.get(3)) === 0) this.deed = deedOf(found.verdict);
    else this.#load(data.get(3), undefined);
  }
}

/** Targets of xtables that nft calls by their names. */
function targetOf(name: string): Deed {
  if (name === "DROP" || name === "REJECT") return { do: "drop" };
  return name === "ACCEPT" ? { do: "accept" } : ON;
}

function ruleOf({ steps, handle }: Rule, sets: SetReader): FirewallRule {
  return {
    title: `rule ${handle}`,
    matches: (packet) => {
      const machine = new Machine(packet, sets);
      for (const step of steps) {
        machine.step(step);
        if (machine.known === false) break;
      }
      return machine;
    },
  };
}

/** The chains of one table. */
export function tableChains(
  { family, table }: { readonly family: FamilyName; readonly table: string },
  chains: readonly Chain[],
  rules: readonly Rule[],
  sets: SetReader,
): Map<string, FirewallChain> {
  const isHere = (each: { readonly family: FamilyName; readonly table: string }) =>
    each.family === family && each.table === table;
  return new Map(
    chains.filter(isHere).map(({ name, policy, hook }) => [
      name,
      {
        name,
        policy: hook === undefined ? undefined : policy === 0 ? "drop" : "accept",
        rules: rules.filter((rule) => isHere(rule) && rule.chain === name).map((rule) => ruleOf(rule, sets)),
      },
    ]),
  );
}
