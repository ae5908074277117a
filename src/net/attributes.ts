/**
 * Netlink messages as bytes, both ways: a header, a fixed part that the family defines, and attributes, see
 * netlink(7). All numbers are the machine's (little-endian on both architectures) where nothing else is said.
 */
import { cstring } from "../sys/ffi.ts";

/** Four bytes that only the sender knows: `pid`, `self`, `device` or `index=NAME`, see csrc/netlink.c. */
export interface Hole {
  readonly patch: string;
}

/** A fixed part, and attributes behind it. */
export interface Framed {
  readonly head: Uint8Array;
  readonly attributes: readonly Attribute[];
}

/** What an attribute holds: bytes, other attributes, or what is not known yet. */
export type Value = Uint8Array | readonly Attribute[] | Hole | Framed;

/** One attribute. */
export type Attribute = readonly [type: number, value: Value];

/** One message. */
export interface Message extends Framed {
  readonly type: number;
  /** NLM_F_…, without NLM_F_REQUEST, which all have. */
  readonly flags: number;
  /** Four bytes in `head` that only the sender knows. */
  readonly hole?: readonly [at: number, patch: string];
}

/** Messages one behind the other, ready to be sent. */
export interface Encoded {
  readonly bytes: Uint8Array;
  /** Where holes are: `OFFSET:patch`, parted by spaces. */
  readonly patches: string;
}

/** Flags of netlink(7). */
export const NLM = {
  request: 1,
  ack: 4,
  dump: 0x300,
  replace: 0x100,
  exclusive: 0x200,
  create: 0x400,
  append: 0x800,
};

const HEADER = 16;
const ATTRIBUTE = 4;
const NLA_F_NESTED = 0x8000;
const NLA_TYPE_MASK = 0x3fff;

const aligned = (length: number): number => (length + 3) & ~3;

/** Four bytes. */
export const u32 = (value: number): Uint8Array =>
  Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);

/** Four bytes in the order of networks, as nftables has all its numbers. */
export const be32 = (value: number): Uint8Array =>
  Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);

/** Text and the NUL behind it. */
export const text = cstring;

/** Most requests are shorter. */
const ROOM = 1024;

/** Bytes that are written one behind the other; plain loops, since every run on a network comes here once. */
class Writer {
  bytes = new Uint8Array(ROOM);
  at = 0;
  readonly patches: string[] = [];

  /** Leaves `length` zeros, and returns where they begin. */
  skip(length: number): number {
    const begin = this.at;
    this.at += length;
    if (this.at > this.bytes.length) {
      const larger = new Uint8Array(2 * this.at);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    return begin;
  }

  put(bytes: Uint8Array): void {
    const begin = this.skip(bytes.length);
    this.bytes.set(bytes, begin);
  }

  /** The next thing begins at a multiple of four. */
  align(): void {
    this.skip(-this.at & 3);
  }

  u16(at: number, value: number): void {
    this.bytes[at] = value;
    this.bytes[at + 1] = value >>> 8;
  }

  framed(head: Uint8Array, attributes: readonly Attribute[]): void {
    this.put(head);
    this.align();
    this.attributes(attributes);
  }

  attributes(list: readonly Attribute[]): void {
    for (let index = 0; index < list.length; index++) {
      const type = list[index]![0];
      const value = list[index]![1];
      const begin = this.skip(ATTRIBUTE);
      const nested = Array.isArray(value) ? NLA_F_NESTED : 0;
      if (value instanceof Uint8Array) this.put(value);
      else if ("patch" in value) this.patches.push(`${this.skip(4)}:${value.patch}`);
      else if ("head" in value) this.framed(value.head, value.attributes);
      else this.attributes(value);
      this.u16(begin, this.at - begin);
      this.u16(begin + 2, type | nested);
      this.align();
    }
  }
}

/** The bytes of `messages`, numbered from 1. */
export function encode(messages: readonly Message[]): Encoded {
  const out = new Writer();
  for (let index = 0; index < messages.length; index++) {
    const { type, flags, head, hole, attributes } = messages[index]!;
    const begin = out.skip(HEADER);
    if (hole !== undefined) out.patches.push(`${out.at + hole[0]}:${hole[1]}`);
    out.framed(head, attributes);
    out.bytes.set(u32(out.at - begin), begin);
    out.u16(begin + 4, type);
    out.u16(begin + 6, flags | NLM.request);
    out.bytes.set(u32(index + 1), begin + 8);
  }
  return { bytes: out.bytes.subarray(0, out.at), patches: out.patches.join(" ") };
}

/** Attributes by their types, as they came; of several of one type the last. */
export type Attributes = ReadonlyMap<number, Uint8Array>;

/** Calls `each` for the attributes in `bytes`, in order. What is cut off or malformed ends them. */
function forAttributes(bytes: Uint8Array, each: (type: number, value: Uint8Array) => void): void {
  const view = viewOf(bytes);
  let at = 0;
  while (at + ATTRIBUTE <= bytes.length) {
    const length = view.getUint16(at, true);
    if (length < ATTRIBUTE || at + length > bytes.length) break;
    each(view.getUint16(at + 2, true) & NLA_TYPE_MASK, bytes.subarray(at + ATTRIBUTE, at + length));
    at += aligned(length);
  }
}

/** The attributes in `bytes`, in order. What is cut off or malformed ends the list. */
export function attributeList(bytes: Uint8Array): [type: number, value: Uint8Array][] {
  const found: [number, Uint8Array][] = [];
  forAttributes(bytes, (type, value) => found.push([type, value]));
  return found;
}

/** The same by type. */
export function attributesOf(bytes: Uint8Array): Attributes {
  const found = new Map<number, Uint8Array>();
  forAttributes(bytes, (type, value) => found.set(type, value));
  return found;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** The number in four bytes of the machine's; undefined where they are not there. */
export const readU32 = (bytes: Uint8Array | undefined): number | undefined =>
  bytes === undefined || bytes.length < 4 ? undefined : viewOf(bytes).getUint32(0, true);

/** The number in four bytes of the network's order, with its sign where `signed`. */
export function readBe32(bytes: Uint8Array | undefined, signed = false): number | undefined {
  if (bytes === undefined || bytes.length < 4) return undefined;
  return signed ? viewOf(bytes).getInt32(0) : viewOf(bytes).getUint32(0);
}

let decoder: TextDecoder | undefined;

/** Text up to its NUL. */
export function readText(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  const end = bytes.indexOf(0);
  decoder ??= new TextDecoder();
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}
