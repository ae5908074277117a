/**
 * Netlink messages as bytes, both ways: a header, a fixed part that the family defines, and attributes, see
 * netlink(7). All numbers are the machine's (little-endian on both architectures) where nothing else is said.
 */

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
export const text = (value: string): Uint8Array => new TextEncoder().encode(`${value}\0`);

function lengthOf(value: Value): number {
  if (value instanceof Uint8Array) return value.length;
  if ("patch" in value) return 4;
  if ("head" in value) return aligned(value.head.length) + lengthOf(value.attributes);
  let sum = 0;
  for (const [, inner] of value) sum += aligned(ATTRIBUTE + lengthOf(inner));
  return sum;
}

/** The bytes of `messages`, numbered from 1. */
export function encode(messages: readonly Message[]): Encoded {
  let size = 0;
  for (const { head, attributes } of messages) size += HEADER + aligned(head.length) + lengthOf(attributes);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  const patches: string[] = [];
  let at = 0;
  const put = (attributes: readonly Attribute[]): void => {
    for (const [type, value] of attributes) {
      const begin = at;
      at += ATTRIBUTE;
      let nested = 0;
      if (value instanceof Uint8Array) {
        bytes.set(value, at);
        at += value.length;
      } else if ("patch" in value) {
        patches.push(`${at}:${value.patch}`);
        at += 4;
      } else if ("head" in value) {
        bytes.set(value.head, at);
        at += aligned(value.head.length);
        put(value.attributes);
      } else {
        nested = NLA_F_NESTED;
        put(value);
      }
      view.setUint16(begin, at - begin, true);
      view.setUint16(begin + 2, type | nested, true);
      at = aligned(at);
    }
  };
  for (const [index, { type, flags, head, hole, attributes }] of messages.entries()) {
    const begin = at;
    if (hole !== undefined) patches.push(`${at + HEADER + hole[0]}:${hole[1]}`);
    bytes.set(head, at + HEADER);
    at += HEADER + aligned(head.length);
    put(attributes);
    view.setUint32(begin, at - begin, true);
    view.setUint16(begin + 4, type, true);
    view.setUint16(begin + 6, flags | NLM.request, true);
    view.setUint32(begin + 8, index + 1, true);
  }
  return { bytes, patches: patches.join(" ") };
}

/** Attributes by their types, as they came; of several of one type the last. */
export type Attributes = ReadonlyMap<number, Uint8Array>;

/** The attributes in `bytes`, in order. What is cut off or malformed ends the list. */
export function attributeList(bytes: Uint8Array): [type: number, value: Uint8Array][] {
  const found: [number, Uint8Array][] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  while (at + ATTRIBUTE <= bytes.length) {
    const length = view.getUint16(at, true);
    if (length < ATTRIBUTE || at + length > bytes.length) break;
    found.push([view.getUint16(at + 2, true) & NLA_TYPE_MASK, bytes.subarray(at + ATTRIBUTE, at + length)]);
    at += aligned(length);
  }
  return found;
}

/** The same by type. */
export const attributesOf = (bytes: Uint8Array): Attributes => new Map(attributeList(bytes));

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** The number in four bytes of the machine's; undefined where they are not there. */
export const readU32 = (bytes: Uint8Array | undefined): number | undefined =>
  bytes === undefined || bytes.length < 4 ? undefined : viewOf(bytes).getUint32(0, true);

/** The number in four bytes of the network's order, with its sign where `signed`. */
export function readBe32(bytes: Uint8Array | undefined, signed = false): number | undefined {
  if (bytes === undefined || bytes.length < 4) return undefined;
  return signed ? viewOf(bytes).getInt32(0) : viewOf(bytes).getUint32(0);
}

/** Text up to its NUL. */
export function readText(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
