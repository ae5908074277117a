/**
 * ld.so.cache in its new format, see ldconfig(8): a header, entries sorted by name, strings, and an
 * extension that names the glibc-hwcaps levels.
 */
import { NsboxError } from "../../src/util/errors.ts";
import type { Machine } from "./elf.ts";
import { abiOf } from "./machine.ts";

/** One library that the cache knows. */
export interface CacheEntry {
  /** The soname. */
  readonly name: string;
  readonly path: string;
  /** Class and machine, and that it is an ELF library for glibc. */
  readonly flags: number;
  /** The bits of legacy subdirectories that the CPU must support; 0 in what we write. */
  readonly hwcap: bigint;
  /** The glibc-hwcaps level it was found in. */
  readonly level: string | undefined;
}

const OLD_MAGIC = "ld.so-1.7.0\0";
const MAGIC = "glibc-ld.so.cache1.1";
const HEADER_LENGTH = 48;
const ENTRY_LENGTH = 24;
const OLD_HEADER_LENGTH = 16;
const OLD_ENTRY_LENGTH = 12;
const EXTENSION_MAGIC = 0xeaa42174;
const HWCAPS_SECTION = 1;
/** Set in an entry's hwcap when its low half is an index of the extension's names. */
const EXTENSION_BIT = 1n << 62n;
const LITTLE_ENDIAN = 2;
/** The flags of an ELF library for glibc, on machines that have but one kind. */
const ELF_LIBC6 = 3;

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** The flags of libraries that the loader for `machine` takes. */
export const cacheFlags = (machine: Machine): number => abiOf(machine)?.cache ?? ELF_LIBC6;

/** Reads a cache; entries by name, in the file's order. Throws an error with `path` where it is broken. */
export function parseCache(bytes: Uint8Array, path: string): Map<string, CacheEntry[]> {
  const broken = (what: string) => new NsboxError(`Cannot read "${path}"`, { cause: what });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ascii = (at: number, length: number): string => decoder.decode(bytes.subarray(at, at + length));
  let start = 0;
  if (ascii(0, OLD_MAGIC.length) === OLD_MAGIC && bytes.length >= OLD_HEADER_LENGTH) {
    // The compatible format: an old cache, then the new one, aligned to 8 bytes.
    start = Math.ceil((OLD_HEADER_LENGTH + view.getUint32(12, true) * OLD_ENTRY_LENGTH) / 8) * 8;
  }
  if (start + HEADER_LENGTH > bytes.length || ascii(start, MAGIC.length) !== MAGIC) {
    throw broken("not an ld.so.cache in the new format");
  }
  const count = view.getUint32(start + 20, true);
  if (start + HEADER_LENGTH + count * ENTRY_LENGTH > bytes.length) {
    throw broken("entries past the end of the file");
  }
  const text = (offset: number): string => {
    const end = bytes.indexOf(0, start + offset);
    if (end < 0) throw broken("a string past the end of the file");
    return decoder.decode(bytes.subarray(start + offset, end));
  };
  const levels = readLevels(view, start, view.getUint32(start + 32, true)).map(text);
  const entries = new Map<string, CacheEntry[]>();
  for (let at = start + HEADER_LENGTH, end = at + count * ENTRY_LENGTH; at < end; at += ENTRY_LENGTH) {
    const hwcap = view.getBigUint64(at + 16, true);
    const extended = hwcap >> 32n === EXTENSION_BIT >> 32n;
    const name = text(view.getUint32(at + 4, true));
    const level = extended ? (levels[Number(hwcap & 0xffffffffn)] ?? "") : undefined;
    const entry: CacheEntry = {
      name,
      path: text(view.getUint32(at + 8, true)),
      flags: view.getUint32(at, true),
      hwcap: extended ? 0n : hwcap,
      level,
    };
    const same = entries.get(name);
    if (same === undefined) entries.set(name, [entry]);
    else same.push(entry);
  }
  return entries;
}

/** Offsets of the names of the glibc-hwcaps levels. */
function readLevels(view: DataView, start: number, offset: number): number[] {
  const at = start + offset;
  if (offset === 0 || at + 8 > view.byteLength || view.getUint32(at, true) !== EXTENSION_MAGIC) return [];
  const sections = Math.min(view.getUint32(at + 4, true), (view.byteLength - at - 8) / 16);
  for (let section = 0; section < Math.floor(sections); section++) {
    const record = at + 8 + section * 16;
    if (view.getUint32(record, true) !== HWCAPS_SECTION) continue;
    const from = start + view.getUint32(record + 8, true);
    const length = view.getUint32(record + 12, true);
    if (from + length > view.byteLength) return [];
    return Array.from({ length: Math.floor(length / 4) }, (_, index) =>
      view.getUint32(from + index * 4, true),
    );
  }
  return [];
}

/** The loader's order of names, descending: numbers count as numbers. */
function compareNames(a: string, b: string): number {
  const parts = (name: string) => name.match(/[0-9]+|[^0-9]/g) ?? [];
  const left = parts(a);
  const right = parts(b);
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const x = left[index] ?? "";
    const y = right[index] ?? "";
    const numeric = /^[0-9]/.test(x);
    if (numeric !== /^[0-9]/.test(y)) return numeric ? -1 : 1;
    const order = numeric ? Number(x) - Number(y) : x.charCodeAt(0) - y.charCodeAt(0);
    if (order !== 0) return -order;
  }
  return right.length - left.length;
}

/** A cache with `entries`: those without a level. */
export function encodeCache(entries: readonly CacheEntry[]): Uint8Array {
  const sorted = entries
    .filter(({ level, hwcap }) => level === undefined && hwcap === 0n)
    .toSorted((a, b) => compareNames(a.name, b.name) || a.flags - b.flags);
  const strings: string[] = [];
  let end = HEADER_LENGTH + sorted.length * ENTRY_LENGTH;
  const add = (text: string): number => {
    const offset = end;
    strings.push(`${text}\0`);
    end += encoder.encode(text).length + 1;
    return offset;
  };
  const offsets = sorted.map(({ name, path }) => [add(name), add(path)] as const);
  const bytes = new Uint8Array(end);
  const view = new DataView(bytes.buffer);
  bytes.set(encoder.encode(MAGIC));
  view.setUint32(20, sorted.length, true);
  view.setUint32(24, end - HEADER_LENGTH - sorted.length * ENTRY_LENGTH, true);
  bytes[28] = LITTLE_ENDIAN;
  for (const [index, { flags }] of sorted.entries()) {
    const at = HEADER_LENGTH + index * ENTRY_LENGTH;
    view.setUint32(at, flags, true);
    view.setUint32(at + 4, offsets[index]?.[0] ?? 0, true);
    view.setUint32(at + 8, offsets[index]?.[1] ?? 0, true);
  }
  bytes.set(encoder.encode(strings.join("")), HEADER_LENGTH + sorted.length * ENTRY_LENGTH);
  return bytes;
}
