/** Headers of tar archives, in the format ustar of pax(1), IEEE Std 1003.1. */

/** The unit of an archive, in bytes: each header has one, each content whole ones. */
export const BLOCK = 512;
/** Bytes of the field for a name, and of that for the target of a link. */
export const NAME = 100;
const PREFIX = 155;
/** What fits in 7 and in 11 octal digits. */
export const MOST_ID = 0o7777777;
/** The same of sizes and times. */
export const MOST_SIZE = 0o77777777777;
const SLASH = 0x2f;

const encoder = new TextEncoder();

/** One header, in the terms of ustar. */
export interface Header {
  readonly name: Uint8Array;
  readonly prefix?: Uint8Array;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly link?: Uint8Array;
  readonly device?: readonly [major: number, minor: number];
}

/** The two parts of a name that ustar has room for; undefined where it has not. */
export function splitName(name: Uint8Array): { name: Uint8Array; prefix?: Uint8Array } | undefined {
  if (name.length <= NAME) return { name };
  for (let at = Math.max(1, name.length - NAME - 1); at <= PREFIX && at < name.length - 1; at++) {
    if (name[at] === SLASH) return { name: name.subarray(at + 1), prefix: name.subarray(0, at) };
  }
  return undefined;
}

/** Names of ustar are ASCII; what others mean depends on the reader's locale. */
export const isPlain = (name: Uint8Array): boolean => name.every((byte) => byte < 0x80);

/** The header, with its checksum. */
export function encodeHeader(header: Header): Uint8Array {
  const { name, prefix, type, mode, uid, gid, size, mtime, link, device = [0, 0] } = header;
  const bytes = new Uint8Array(BLOCK);
  const text = (at: number, value: string) => encoder.encodeInto(value, bytes.subarray(at));
  const octal = (at: number, digits: number, value: number) =>
    text(at, value.toString(8).padStart(digits, "0"));
  bytes.set(name);
  octal(100, 7, mode);
  octal(108, 7, uid);
  octal(116, 7, gid);
  octal(124, 11, size);
  octal(136, 11, mtime);
  text(148, " ".repeat(8));
  text(156, type);
  if (link !== undefined) bytes.set(link, 157);
  text(257, "ustar\u000000");
  octal(329, 7, device[0]);
  octal(337, 7, device[1]);
  if (prefix !== undefined) bytes.set(prefix, 345);
  let sum = 0;
  for (let at = 0; at < BLOCK; at++) sum += bytes[at] ?? 0;
  text(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  return bytes;
}

/** All of `parts`, one behind the other. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
