/** What an ELF file tells the kernel and the loader about what it needs, see elf(5). Nothing is run. */
import { Fields } from "./fields.ts";
import type { FileWindow } from "./file-window.ts";

/** Which machine a file is for: only files of one class and machine can be loaded together. */
export interface Machine {
  readonly bits: 32 | 64;
  /** e_machine: 3 i386, 62 x86-64, 183 aarch64. */
  readonly machine: number;
  readonly bigEndian: boolean;
}

/** The part of an ELF file that decides what is loaded with it. */
export interface Elf extends Machine {
  /** ET_EXEC or ET_DYN. */
  readonly type: "executable" | "shared";
  /** PT_INTERP. */
  readonly interpreter: string | undefined;
  readonly soname: string | undefined;
  readonly rpath: string | undefined;
  readonly runpath: string | undefined;
  /** DT_NEEDED, DT_FILTER and DT_AUXILIARY, in the order they stand in. */
  readonly needed: readonly Needed[];
  /** DT_AUDIT and DT_DEPAUDIT, colon-separated lists. */
  readonly audit: readonly string[];
  /** -z nodefaultlib. */
  readonly noDefaultLibraries: boolean;
  /** Position-independent executable, by DF_1_PIE. */
  readonly pie: boolean;
  /** Why glibc takes it for no library, though the kernel may run it. */
  readonly refused: string | undefined;
}

/** A file that must, or for `auxiliary` may, be loaded. */
export interface Needed {
  readonly name: string;
  readonly kind: "needed" | "filter" | "auxiliary" | "audit";
}

const ET_REL = 1;
const ET_EXEC = 2;
const ET_DYN = 3;
const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const DT_NULL = 0;
const DT_STRTAB = 5;
const DT_SONAME = 14;
const DT_RPATH = 15;
const DT_RUNPATH = 29;
const DT_DEPAUDIT = 0x6ffffefb;
const DT_AUDIT = 0x6ffffefc;
const DT_FLAGS_1 = 0x6ffffffb;
const DF_1_NODEFLIB = 0x800;
const DF_1_PIE = 0x8000000;
const NEEDED_KINDS = new Map<number, Needed["kind"]>([
  [1, "needed"],
  [0x7ffffffd, "auxiliary"],
  [0x7fffffff, "filter"],
]);

/** PATH_MAX: the kernel opens no longer name. */
const LONGEST_NAME = 4096;
const LONGEST_PATH_LIST = 65536;
/** EI_OSABI: System V, GNU, and what ARM's old toolchains wrote. */
const LINUX_ABIS = new Set([0, 3, 97]);
/** Real files have a few dozen; the largest known some thousand. */
const MOST_DYNAMIC_ENTRIES = 16384;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/**
 * Reads the ELF file. `undefined` where it is none for `wanted`: the loader skips such a file. Throws an
 * error that names the file where it is garbage.
 */
export function readElf(file: FileWindow, wanted?: Machine): Elf | undefined {
  if (file.size === 0) throw file.invalid("the file is empty");
  const ident = file.bytes(0, Math.min(file.size, 64), "ELF header").slice();
  if (!isElf(ident)) throw file.invalid("not an ELF file");
  const bits = ident[4] === 1 ? 32 : ident[4] === 2 ? 64 : undefined;
  // A file that is too short for a header is garbage, even one that claims to be of another class.
  if (ident.length < ((wanted?.bits ?? bits) === 64 ? 64 : 52)) {
    throw file.invalid("ELF header past the end of the file");
  }
  if (wanted !== undefined && bits !== wanted.bits) return undefined;
  if (bits === undefined) throw file.invalid("ELF header with an unknown class");
  if (ident[5] !== 1 && ident[5] !== 2) throw file.invalid("ELF header with an unknown byte order");
  const bigEndian = ident[5] === 2;
  const refused = refusal(ident);
  if (wanted !== undefined) {
    if (bigEndian !== wanted.bigEndian) throw file.invalid("an ELF file of the other byte order");
    if (refused !== undefined) throw file.invalid(refused);
  }
  const header = new Fields(ident, bits, bigEndian);
  if (ident[6] !== 1 || header.word(20) !== 1) throw file.invalid("ELF header with an unknown version");
  const machine = header.half(18);
  if (wanted !== undefined && machine !== wanted.machine) return undefined;
  const type = header.half(16);
  if (type === ET_REL) throw file.invalid("a relocatable object (.o), not yet linked");
  if (type !== ET_EXEC && type !== ET_DYN) throw file.invalid("neither an executable nor a shared object");
  const segments = readSegments(file, header);
  return {
    bits,
    machine,
    bigEndian,
    refused,
    type: type === ET_EXEC ? "executable" : "shared",
    interpreter: readInterpreter(file, segments),
    ...readDynamic(file, segments, header),
  };
}

/** What glibc refuses of a library's first bytes, and the kernel does not look at. */
function refusal(ident: Uint8Array): string | undefined {
  if (!LINUX_ABIS.has(ident[7] ?? 0)) return "an ELF file for another operating system";
  for (let at = 9; at < 16; at++) if (ident[at] !== 0) return "ELF header with something in its padding";
  return undefined;
}

/** Whether `bytes` begin as an ELF file does. */
export const isElf = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;

function readSegments(file: FileWindow, header: Fields): Segment[] {
  const wide = header.bits === 64;
  const length = wide ? 56 : 32;
  const count = header.half(wide ? 56 : 44);
  if (count === 0) throw file.invalid("no program headers");
  if (header.half(wide ? 54 : 42) !== length) throw file.invalid("program headers of an unknown size");
  const bytes = file.bytes(header.long(wide ? 32 : 28), count * length, "program headers");
  const fields = header.of(bytes);
  const segments: Segment[] = [];
  for (let at = 0; at < bytes.length; at += length) {
    const type = fields.word(at);
    if (type !== PT_LOAD && type !== PT_DYNAMIC && type !== PT_INTERP) continue;
    segments.push({
      type,
      offset: fields.long(at + (wide ? 8 : 4)),
      address: fields.long(at + (wide ? 16 : 8)),
      size: fields.long(at + (wide ? 32 : 16)),
    });
  }
  return segments;
}

function readInterpreter(file: FileWindow, segments: readonly Segment[]): string | undefined {
  const segment = segments.find(({ type }) => type === PT_INTERP);
  if (segment === undefined) return undefined;
  if (segment.size < 2 || segment.size > LONGEST_NAME) throw file.invalid("PT_INTERP of an impossible size");
  const name = file.text(segment.offset, segment.size, "PT_INTERP");
  if (name === "") throw file.invalid("PT_INTERP is empty");
  return name;
}

/** Where in the file the byte at `address` is. */
function offsetOf(file: FileWindow, segments: readonly Segment[], address: number, what: string): number {
  for (const { type, offset, address: start, size } of segments) {
    if (type === PT_LOAD && address >= start && address < start + size) return offset + (address - start);
  }
  throw file.invalid(`${what} outside every PT_LOAD segment`);
}

type Dynamic = Omit<Elf, keyof Machine | "type" | "interpreter" | "refused">;

function readDynamic(file: FileWindow, segments: readonly Segment[], header: Fields): Dynamic {
  const lists: { tag: number; value: number }[] = [];
  const single = new Map<number, number>();
  const entries = dynamicEntries(file, segments, header);
  for (let index = 0; index < entries.length; index += 2) {
    const tag = entries[index] ?? DT_NULL;
    const value = entries[index + 1] ?? 0;
    if (NEEDED_KINDS.has(tag) || tag === DT_AUDIT || tag === DT_DEPAUDIT) lists.push({ tag, value });
    else single.set(tag, value);
  }
  let table: number | undefined;
  const text = (index: number, limit: number, what: string): string => {
    table ??= offsetOf(file, segments, single.get(DT_STRTAB) ?? -1, "DT_STRTAB");
    return file.text(table + index, limit, what);
  };
  const optional = (tag: number, limit: number, what: string): string | undefined => {
    const index = single.get(tag);
    return index === undefined ? undefined : text(index, limit, what);
  };
  const needed: Needed[] = [];
  const audit: string[] = [];
  for (const { tag, value } of lists) {
    const kind = NEEDED_KINDS.get(tag);
    if (kind === undefined) audit.push(text(value, LONGEST_PATH_LIST, "DT_AUDIT"));
    else needed.push({ kind, name: text(value, LONGEST_NAME, "the name of a needed library") });
  }
  const flags = single.get(DT_FLAGS_1) ?? 0;
  const runpath = optional(DT_RUNPATH, LONGEST_PATH_LIST, "DT_RUNPATH");
  return {
    soname: optional(DT_SONAME, LONGEST_NAME, "DT_SONAME"),
    runpath,
    // The loader forgets the RPATH of an object that has both.
    rpath: runpath === undefined ? optional(DT_RPATH, LONGEST_PATH_LIST, "DT_RPATH") : undefined,
    needed,
    audit,
    noDefaultLibraries: (flags & DF_1_NODEFLIB) !== 0,
    pie: (flags & DF_1_PIE) !== 0,
  };
}

/** The tags and values of the dynamic section, one after the other. */
function dynamicEntries(file: FileWindow, segments: readonly Segment[], header: Fields): number[] {
  const segment = segments.find(({ type }) => type === PT_DYNAMIC);
  // Separate debug files keep the header of a dynamic section that is not there.
  if (segment === undefined || segment.size === 0) return [];
  const step = header.bits === 64 ? 8 : 4;
  const count = Math.min(Math.floor(segment.size / step / 2), MOST_DYNAMIC_ENTRIES + 1);
  const offset = offsetOf(file, segments, segment.address, "dynamic section");
  const fields = header.of(file.bytes(offset, count * 2 * step, "dynamic section"));
  const entries: number[] = [];
  for (let at = 0; at < count * 2 * step; at += 2 * step) {
    const tag = fields.long(at);
    if (tag === DT_NULL) return entries;
    entries.push(tag, fields.long(at + step));
  }
  if (count > MOST_DYNAMIC_ENTRIES) throw file.invalid("dynamic section without an end");
  return entries;
}
