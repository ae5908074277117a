/**
 * Bounded reads of a file that may be hostile or huge. Not `Bun.mmap`: that opens read-write, which
 * fails with ETXTBSY on a program that runs.
 */
import { readSync } from "node:fs";
import { NsboxError } from "../../src/util/errors.ts";

const BLOCK = 4096;
const decoder = new TextDecoder();

/** One block for all windows: thousands of files are read, one after the other. */
const shared = new Uint8Array(BLOCK);
let sharedBy: FileWindow | undefined;

/**
 * Reads parts of an open file, the last block kept: what an ELF file tells of itself lies close together.
 * The bytes that it hands out hold until the next read.
 */
export class FileWindow {
  readonly path: string;
  readonly size: number;
  readonly #fd: number;
  #start = 0;
  #block = new Uint8Array(0);
  #isShared = false;

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
    const lost = this.#isShared && sharedBy !== this;
    if (lost || offset < this.#start || offset + length > this.#start + this.#block.length) {
      this.#read(offset, length);
    }
    const from = offset - this.#start;
    if (from + length > this.#block.length) throw this.invalid("the file shrank while it was read");
    return this.#block.subarray(from, from + length);
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

  #read(offset: number, length: number): void {
    const block = length > BLOCK ? new Uint8Array(length) : shared;
    if (block === shared) sharedBy = this;
    this.#isShared = block === shared;
    let filled = 0;
    while (filled < length) {
      const got = readSync(this.#fd, block, filled, block.length - filled, offset + filled);
      if (got === 0) break;
      filled += got;
    }
    this.#start = offset;
    this.#block = block.subarray(0, filled);
  }
}
