/**
 * The header of an RPM package as its database keeps it: a count of entries, a length, an index of 16 bytes
 * for each entry, then the data. All numbers are big-endian.
 */
import { NsboxError } from "../../src/util/errors.ts";

/** The entries that are read, by their tags. */
export const TAGS = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  summary: 1004,
  vendor: 1011,
  licence: 1014,
  packager: 1015,
  homepage: 1020,
  arch: 1022,
  oldFileNames: 1027,
  fileStates: 1029,
  sourceRpm: 1044,
  provides: 1047,
  requires: 1049,
  directoryIndexes: 1116,
  baseNames: 1117,
  directories: 1118,
} as const;

const ENTRY = 16;
const CHAR = 1;
const INT32 = 4;
const STRING = 6;
const STRING_ARRAY = 8;
const I18N_STRING = 9;
const decoder = new TextDecoder();

interface Entry {
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}

/** A header that was checked as far as it is read. */
export class RpmHeader {
  readonly #data: Uint8Array;
  readonly #view: DataView;
  readonly #entries = new Map<number, Entry>();

  /** Throws NsboxError where the bytes are none. */
  constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < 8) throw broken("header of an impossible size");
    const [count, length] = [view.getUint32(0), view.getUint32(4)];
    const start = 8 + count * ENTRY;
    if (start + length > bytes.length) throw broken("header past its end");
    for (let at = 8; at < start; at += ENTRY) {
      const [type, offset] = [view.getUint32(at + 4), view.getUint32(at + 8)];
      this.#entries.set(view.getUint32(at), { type, offset, count: view.getUint32(at + 12) });
    }
    this.#data = bytes.subarray(start, start + length);
    this.#view = new DataView(this.#data.buffer, this.#data.byteOffset, this.#data.byteLength);
  }

  /** The first string; of one in several languages that is the untranslated one. */
  text(tag: keyof typeof TAGS): string | undefined {
    return this.texts(tag)[0];
  }

  texts(tag: keyof typeof TAGS): string[] {
    const entry = this.#entries.get(TAGS[tag]);
    if (entry === undefined) return [];
    const { type, offset, count } = entry;
    if (type !== STRING && type !== STRING_ARRAY && type !== I18N_STRING) throw broken(`${tag} is no text`);
    const found: string[] = [];
    for (let at = offset; found.length < (type === STRING ? 1 : count); ) {
      const end = this.#data.indexOf(0, at);
      if (at > this.#data.length || end < 0) throw broken(`${tag} past the end of the header`);
      found.push(decoder.decode(this.#data.subarray(at, end)));
      at = end + 1;
    }
    return found;
  }

  numbers(tag: keyof typeof TAGS): number[] {
    const entry = this.#entries.get(TAGS[tag]);
    if (entry === undefined) return [];
    const { type, offset, count } = entry;
    const size = type === CHAR ? 1 : type === INT32 ? 4 : 0;
    if (size === 0) throw broken(`${tag} is no number`);
    if (offset + count * size > this.#data.length) throw broken(`${tag} past the end of the header`);
    return Array.from({ length: count }, (_, index) =>
      size === 1 ? this.#view.getUint8(offset + index) : this.#view.getUint32(offset + 4 * index),
    );
  }
}

const broken = (cause: string): NsboxError => new NsboxError("Cannot read the RPM database", { cause });
