/**
 * Reads ld.so.cache in its new format, see ldconfig(8): a header, entries sorted by name, strings, and an
 * extension that names the glibc-hwcaps levels. It is in the byte order of its machine.
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
  /** The bits of legacy subdirectories that the CPU must support. */
  readonly hwcap: bigint;
  /** The glibc-hwcaps level it was found in. */
  readonly level: string | undefined;
}

/** What stands in the file, and how long its parts are. */
export const FORMAT = {
  magic: "glibc-ld.so.cache1.1",
  header: 48,
  entry: 24,
  extension: 0xeaa42174,
  section: 16,
  generatorSection: 0,
  hwcapsSection: 1,
  /** Set in an entry's hwcap when its low half is an index of the extension's names. */
  extensionBit: 1n << 62n,
  littleEndian: 2,
  bigEndian: 3,
} as const;

const EXTENSION_HIGH = Number(FORMAT.extensionBit >> 32n);
const OLD_MAGIC = "ld.so-1.7.0\0";
const OLD_HEADER_LENGTH = 16;
const OLD_ENTRY_LENGTH = 12;
/** The bits of the upper half of an entry's hwcap that tell of an ISA level: the library itself is marked with it as well. */
const ISA_LEVEL = 0x3ff;

/** The flags of an ELF library for glibc, on machines that have but one kind. */
const ELF_LIBC6 = 3;
/** Of a library that does not say which libc it is for. */
const ELF_ANY = 1;
const EM_AARCH64 = 183;

const BEYOND_ASCII = /[\x80-\xff]/;
const decoder = new TextDecoder();

/** The flags of libraries that the loader for `machine` takes. */
export const cacheFlags = (machine: Machine): number => abiOf(machine)?.cache ?? ELF_LIBC6;

/** Whether the loader for `machine` takes an entry with these flags. */
export const takesFlags = (machine: Machine, flags: number): boolean =>
  flags === cacheFlags(machine) || (flags === ELF_ANY && machine.machine !== EM_AARCH64);

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
  if (start + FORMAT.header > bytes.length || ascii(start, FORMAT.magic.length) !== FORMAT.magic) {
    throw broken("not an ld.so.cache in the new format");
  }
  const little = bytes[start + 28] !== FORMAT.bigEndian;
  const word = (at: number): number => view.getUint32(at, little);
  const count = word(start + 20);
  if (start + FORMAT.header + count * FORMAT.entry > bytes.length) {
    throw broken("entries past the end of the file");
  }
  // One string of it all: thousands of small ones would take longer than all else.
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  const text = (offset: number): string => {
    const end = all.indexOf("\0", start + offset);
    if (end < 0) throw broken("a string past the end of the file");
    const found = all.slice(start + offset, end);
    return BEYOND_ASCII.test(found) ? decoder.decode(bytes.subarray(start + offset, end)) : found;
  };
  const levels = readLevels(word, bytes.length, start).map(text);
  const entries = new Map<string, CacheEntry[]>();
  const first = start + FORMAT.header;
  for (let at = first; at < first + count * FORMAT.entry; at += FORMAT.entry) {
    const low = word(little ? at + 16 : at + 20);
    const high = word(little ? at + 20 : at + 16);
    const extended = (high & ~ISA_LEVEL) === EXTENSION_HIGH;
    const name = text(word(at + 4));
    const level = extended ? (levels[low] ?? "") : undefined;
    const entry: CacheEntry = {
      name,
      path: text(word(at + 8)),
      flags: word(at),
      // Nearly all have none, and large numbers take long to make.
      hwcap: extended || (low === 0 && high === 0) ? 0n : (BigInt(high) << 32n) | BigInt(low),
      level,
    };
    const same = entries.get(name);
    if (same === undefined) entries.set(name, [entry]);
    else same.push(entry);
  }
  return entries;
}

/** Offsets of the names of the glibc-hwcaps levels. */
function readLevels(word: (at: number) => number, length: number, start: number): number[] {
  const offset = word(start + 32);
  const at = start + offset;
  if (offset === 0 || at + 8 > length || word(at) !== FORMAT.extension) return [];
  const sections = Math.floor(Math.min(word(at + 4), (length - at - 8) / FORMAT.section));
  for (let section = 0; section < sections; section++) {
    const record = at + 8 + section * FORMAT.section;
    if (word(record) !== FORMAT.hwcapsSection) continue;
    const from = start + word(record + 8);
    const size = word(record + 12);
    if (from + size > length) return [];
    return Array.from({ length: Math.floor(size / 4) }, (_, index) => word(from + index * 4));
  }
  return [];
}
