/**
 * Bounded reads of a file that may be hostile or huge. Not `Bun.mmap`: that opens read-write, which
 * fails with ETXTBSY on a program that runs.
 */
import { readSync } from "node:fs";
import { NsboxError } from "../../src/util/errors.ts";

/** Headers, names and small programs lie in the first bytes; the rest is read by the page. */
const HEAD = 16_384;
const BLOCK = 4096;
const decoder = new TextDecoder();

/** One of each for all windows: thousands of files are read, one after the other. */
const sharedHead = new Uint8Array(HEAD);
const sharedBlock = new Uint8Array(BLOCK);
let sharedBy: FileWindow | undefined;

/** A part of a file that has been read. */
interface Part {
  readonly start: number;
  readonly bytes: Uint8Array;
}

const NOTHING: Part = { start: 0, bytes: new Uint8Array(0) };

/**
 * Reads parts of an open file, its beginning and the last block kept: what an ELF file tells of itself lies
 * close together. The bytes that it hands out hold until the next read.
 */
export class FileWindow {
  readonly path: string;
  readonly size: number;
  readonly #fd: number;
  #head = NOTHING;
  #block = NOTHING;

  constructor(path: string, fd: number, size: number) {
    this.path = path;
    this.#fd = fd;
    this.size = size;
  }

  /** An error that names the file. */
  invalid(what: string): NsboxError {
    return new NsboxError(`Cannot read "${this.path}"`, { cause: what, code: "invalid-elf" });
  }

  /** `length` bytes from `offset`; throws where the file ends before. `what` names them in the error. */
  bytes(offset: number, length: number, what: string): Uint8Array {
    if (offset + length > this.size) throw this.invalid(`${what} past the end of the file`);
    if (sharedBy !== this) {
      sharedBy = this;
      this.#head = NOTHING;
      this.#block = NOTHING;
    }
    let part = holds(this.#head, offset, length) ? this.#head : this.#block;
    if (!holds(part, offset, length)) {
      const isHead = offset + length <= HEAD && this.#head === NOTHING;
      part = isHead
        ? this.#read(0, HEAD, sharedHead)
        : this.#read(offset, length, length > BLOCK ? new Uint8Array(length) : sharedBlock);
      if (isHead) this.#head = part;
      else this.#block = part;
    }
    const from = offset - part.start;
    if (from + length > part.bytes.length) throw this.invalid("the file shrank while it was read");
    return part.bytes.subarray(from, from + length);
  }

  /** The string at `offset` up to its NUL; throws where none comes within `limit` bytes. */
  text(offset: number, limit: number, what: string): string {
    for (let length = Math.min(256, limit); ; length = Math.min(length * 8, limit)) {
      const bytes = this.bytes(offset, Math.min(length, Math.max(this.size - offset, 1)), what);
      const end = bytes.indexOf(0);
      if (end >= 0) return decoder.decode(bytes.subarray(0, end));
      if (length === limit || bytes.length < length) throw this.invalid(`${what} without an end`);
    }
  }

  #read(offset: number, length: number, into: Uint8Array): Part {
    const wanted = Math.min(length, this.size - offset);
    let filled = 0;
    while (filled < wanted) {
      const got = readSync(this.#fd, into, filled, into.length - filled, offset + filled);
      if (got === 0) break;
      filled += got;
    }
    return { start: offset, bytes: into.subarray(0, filled) };
  }
}

const holds = ({ start, bytes }: Part, offset: number, length: number): boolean =>
  offset >= start && offset + length <= start + bytes.length;
