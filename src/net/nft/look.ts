/** What nftables has in it. See nft(8). */
import type { Answer, NetlinkSocket } from "../../sys/netlink.ts";
import {
  type Attributes,
  attributeList,
  attributesOf,
  encode,
  NLM,
  readBe32,
  readText,
  text,
} from "../attributes.ts";
import { familyHead } from "./messages.ts";
import { FAMILIES, type FamilyName, NFT, NFTA } from "./numbers.ts";

const HEAD = 4;

/** A chain, as it is. */
export interface Chain {
  readonly family: FamilyName;
  readonly table: string;
  readonly name: string;
  /** Where the kernel calls it; undefined where other chains do. */
  readonly hook: number | undefined;
  readonly priority: number;
  /** 0 drops what reaches its end, 1 accepts it. */
  readonly policy: number;
}

/** A step of a rule, as it is. */
export interface Step {
  readonly name: string;
  readonly data: Attributes;
}

/** A rule, as it is. */
export interface Rule {
  readonly family: FamilyName;
  readonly table: string;
  readonly chain: string;
  readonly handle: number;
  readonly steps: readonly Step[];
  /** All of the message, to compare. */
  readonly bytes: Uint8Array;
}

const familyName = (number: number | undefined): FamilyName =>
  (Object.keys(FAMILIES) as FamilyName[]).find((name) => FAMILIES[name] === number) ?? "inet";

const attributes = ({ body }: Answer): Attributes => attributesOf(body.subarray(HEAD));

/** The generation of all tables: another number after every change. undefined where nftables is not there. */
export function generation(socket: NetlinkSocket): number | undefined {
  const head = familyHead("all");
  const answers = socket.ask(encode([{ type: NFT.getGeneration, flags: 0, head, attributes: [] }]).bytes);
  if (typeof answers === "number" || answers[0] === undefined) return undefined;
  return readBe32(attributes(answers[0]).get(NFTA.generation.id));
}

/** All chains of all families, or minus the errno. */
export function chains(socket: NetlinkSocket): Chain[] | number {
  const head = familyHead("all");
  const answers = socket.ask(encode([{ type: NFT.getChain, flags: NLM.dump, head, attributes: [] }]).bytes);
  if (typeof answers === "number") return answers;
  return answers.map((answer) => {
    const found = attributes(answer);
    const hook = found.get(NFTA.chain.hook);
    const parts = hook === undefined ? undefined : attributesOf(hook);
    return {
      family: familyName(answer.body[0]),
      table: readText(found.get(NFTA.chain.table)) ?? "",
      name: readText(found.get(NFTA.chain.name)) ?? "",
      hook: readBe32(parts?.get(NFTA.hook.number)),
      priority: readBe32(parts?.get(NFTA.hook.priority), true) ?? 0,
      policy: readBe32(found.get(NFTA.chain.policy)) ?? 1,
    };
  });
}

function stepsOf(bytes: Uint8Array | undefined): Step[] {
  if (bytes === undefined) return [];
  return attributeList(bytes).map(([, element]) => {
    const parts = attributesOf(element);
    const data = parts.get(NFTA.expression.data);
    return {
      name: readText(parts.get(NFTA.expression.name)) ?? "",
      data: data === undefined ? new Map() : attributesOf(data),
    };
  });
}

/** All rules, or those of one table; or minus the errno. */
export function rules(
  socket: NetlinkSocket,
  only?: { readonly family: FamilyName; readonly name: string },
): Rule[] | number {
  const head = familyHead(only?.family ?? "all");
  const named = only === undefined ? [] : [[NFTA.rule.table, text(only.name)] as const];
  const answers = socket.ask(encode([{ type: NFT.getRule, flags: NLM.dump, head, attributes: named }]).bytes);
  if (typeof answers === "number") return answers;
  return answers.map((answer) => {
    const found = attributes(answer);
    const handle = found.get(NFTA.rule.handle);
    return {
      family: familyName(answer.body[0]),
      table: readText(found.get(NFTA.rule.table)) ?? "",
      chain: readText(found.get(NFTA.rule.chain)) ?? "",
      handle:
        handle === undefined ? 0 : Number(new DataView(handle.buffer, handle.byteOffset, 8).getBigUint64(0)),
      steps: stepsOf(found.get(NFTA.rule.expressions)),
      bytes: answer.body,
    };
  });
}

/** An element of a set, as it is. */
export interface Element {
  readonly key: Uint8Array;
  /** A range ends before it. */
  readonly end: boolean;
  /** What a map of verdicts has there. */
  readonly verdict: Uint8Array | undefined;
}

/** The elements of a set, as they stand there; or minus the errno. */
export function elementsIn(
  socket: NetlinkSocket,
  table: { readonly family: FamilyName; readonly name: string },
  set: string,
): Element[] | number {
  const head = familyHead(table.family);
  const named = [
    [NFTA.elements.table, text(table.name)],
    [NFTA.elements.set, text(set)],
  ] as const;
  const message = { type: NFT.getElement, flags: NLM.dump, head, attributes: named };
  const answers = socket.ask(encode([message]).bytes);
  if (typeof answers === "number") return answers;
  const found: Element[] = [];
  for (const answer of answers) {
    const list = attributes(answer).get(NFTA.elements.list);
    for (const [, bytes] of list === undefined ? [] : attributeList(list)) {
      const element = attributesOf(bytes);
      const [key, data] = [NFTA.element.key, NFTA.element.data].map((type) => {
        const value = element.get(type);
        return value === undefined ? undefined : attributesOf(value);
      });
      const value = key?.get(NFTA.data.value);
      const end = ((readBe32(element.get(NFTA.element.flags)) ?? 0) & 1) !== 0;
      if (value !== undefined) found.push({ key: value, end, verdict: data?.get(NFTA.data.verdict) });
    }
  }
  return found;
}
