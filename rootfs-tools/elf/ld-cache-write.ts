/** Writes ld.so.cache as ldconfig(8) does. */
import { type CacheEntry, FORMAT } from "./ld-cache.ts";

const GENERATOR = "nsbox";
const encoder = new TextEncoder();

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

/** Of one name the loader takes the first that fits: levels come before the bits of old, these before none. */
function compare(a: CacheEntry, b: CacheEntry): number {
  const byName = compareNames(a.name, b.name) || b.flags - a.flags;
  if (byName !== 0) return byName;
  if (a.level !== b.level) return (a.level ?? "~") < (b.level ?? "~") ? -1 : 1;
  return a.hwcap === b.hwcap ? 0 : a.hwcap < b.hwcap ? 1 : -1;
}

/** Offsets of strings behind `start`, each kept once. */
class Strings {
  readonly #offsets = new Map<string, number>();
  readonly #start: number;
  #text = "";
  #length = 0;

  constructor(start: number) {
    this.#start = start;
  }

  add(text: string): number {
    let offset = this.#offsets.get(text);
    if (offset === undefined) {
      offset = this.#start + this.#length;
      this.#offsets.set(text, offset);
      this.#text += `${text}\0`;
      this.#length += encoder.encode(text).length + 1;
    }
    return offset;
  }

  get bytes(): Uint8Array {
    return encoder.encode(this.#text);
  }
}

/** A cache with `entries`, for a machine of that byte order; of two for one name the first stays in front. */
export function encodeCache(entries: readonly CacheEntry[], bigEndian = false): Uint8Array {
  const sorted = entries.toSorted(compare);
  const levels = [...new Set(sorted.flatMap(({ level }) => level ?? []))].sort();
  const strings = new Strings(FORMAT.header + sorted.length * FORMAT.entry);
  const names = sorted.map(({ name, path }) => [strings.add(name), strings.add(path)] as const);
  const levelNames = levels.map((level) => strings.add(level));
  const text = strings.bytes;
  const extension = Math.ceil((FORMAT.header + sorted.length * FORMAT.entry + text.length) / 4) * 4;
  const hwcaps = extension + 8 + 2 * FORMAT.section;
  const generator = hwcaps + levels.length * 4;
  const bytes = new Uint8Array(generator + GENERATOR.length);
  const view = new DataView(bytes.buffer);
  const put = (at: number, ...words: number[]): void => {
    for (const [index, word] of words.entries()) view.setUint32(at + index * 4, word, !bigEndian);
  };
  bytes.set(encoder.encode(FORMAT.magic));
  put(20, sorted.length, text.length);
  bytes[28] = bigEndian ? FORMAT.bigEndian : FORMAT.littleEndian;
  put(32, extension);
  for (const [index, { flags, hwcap, level }] of sorted.entries()) {
    const at = FORMAT.header + index * FORMAT.entry;
    put(at, flags, ...(names[index] ?? []));
    const bits = level === undefined ? hwcap : FORMAT.extensionBit | BigInt(levels.indexOf(level));
    view.setBigUint64(at + 16, bits, !bigEndian);
  }
  bytes.set(text, FORMAT.header + sorted.length * FORMAT.entry);
  put(extension, FORMAT.extension, 2);
  put(extension + 8, FORMAT.generatorSection, 0, generator, GENERATOR.length);
  put(extension + 8 + FORMAT.section, FORMAT.hwcapsSection, 0, hwcaps, levels.length * 4);
  put(hwcaps, ...levelNames);
  bytes.set(encoder.encode(GENERATOR), generator);
  return bytes;
}
