/** Expressions of nftables rules: each a step of a small machine with registers. See nft(8), and libnftnl. */
import { type Attribute, be32, text } from "../attributes.ts";
import { BASE, COMPARE, NFTA, REGISTER, VERDICTS } from "./numbers.ts";

/** One step of a rule. */
export type Expression = Attribute;

const expression = (name: string, data: readonly Attribute[]): Expression => [
  NFTA.list.element,
  [
    [NFTA.expression.name, text(name)],
    [NFTA.expression.data, data],
  ],
];

const value = (bytes: Uint8Array): readonly Attribute[] => [[NFTA.data.value, bytes]];

/** Reads what is known about the packet: META. */
export const meta = (key: number, register = REGISTER): Expression =>
  expression("meta", [
    [2, be32(key)],
    [1, be32(register)],
  ]);

/** Reads what is known about its connection: CT. */
export const ct = (key: number, register = REGISTER): Expression =>
  expression("ct", [
    [2, be32(key)],
    [1, be32(register)],
  ]);

/** Reads `length` bytes of the packet, `offset` behind the beginning of its network or transport header. */
export const payload = (
  base: keyof typeof BASE,
  offset: number,
  length: number,
  register = REGISTER,
): Expression =>
  expression("payload", [
    [1, be32(register)],
    [2, be32(BASE[base])],
    [3, be32(offset)],
    [4, be32(length)],
  ]);

/** Goes on where the register compares so with `bytes`. */
export const compare = (how: keyof typeof COMPARE, bytes: Uint8Array, register = REGISTER): Expression =>
  expression("cmp", [
    [1, be32(register)],
    [2, be32(COMPARE[how])],
    [3, value(bytes)],
  ]);

/** Keeps these bits of a register. */
export const bits = (mask: Uint8Array, register = REGISTER): Expression =>
  expression("bitwise", [
    [1, be32(register)],
    [2, be32(register)],
    [3, be32(mask.length)],
    [4, value(mask)],
    [5, value(new Uint8Array(mask.length))],
  ]);

/** Goes on where the register is in the set. */
export const isIn = (set: string, register = REGISTER): Expression =>
  expression("lookup", [
    [1, text(set)],
    [2, be32(register)],
  ]);

/** Goes on where it is not. */
export const isNotIn = (set: string, register = REGISTER): Expression =>
  expression("lookup", [
    [1, text(set)],
    [2, be32(register)],
    [5, be32(1)],
  ]);

/** Gives the packet the address of the device that it leaves by. */
export const masquerade = (): Expression => expression("masq", []);

/** Decides. */
export const verdict = (name: "drop" | "accept"): Expression =>
  expression("immediate", [
    [1, be32(0)],
    [2, [[NFTA.data.verdict, [[NFTA.verdict.code, be32(VERDICTS[name])]]]]],
  ]);
