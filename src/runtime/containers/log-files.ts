/** The files of a container's log, read to their end and across their rotation: `log` becomes `log.1`. */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { eachRecord, type LogRecord } from "./records.ts";

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
const CHUNK = 65_536;

interface OpenFile {
  readonly file: number;
  readonly inode: number;
}

/** Gets a record and the bytes that it stands in, which are used again afterwards. */
export type Visit = (bytes: Uint8Array, record: LogRecord) => void;

const open = (path: string): OpenFile | undefined => {
  try {
    const file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const stat = fstatSync(file);
    if (stat.isFile()) return { file, inode: stat.ino };
    closeSync(file);
  } catch {
    // Not there (yet).
  }
  return undefined;
};

/** A place in a log. */
export class LogFiles {
  readonly #directory: string;
  /** What is read, and what is to be read after it. */
  #files: OpenFile[] = [];
  /** The beginning of a line whose end was not there yet. */
  #rest = new Uint8Array();
  readonly #chunk = new Uint8Array(CHUNK);

  /** Stands before the oldest record of the container in `directory`. */
  constructor(directory: string) {
    this.#directory = directory;
    this.#files = this.#newer(undefined);
  }

  /** Visits all records that are there by now and were not visited before. */
  readOn(visit: Visit): void {
    for (;;) {
      const current = this.#files[0];
      if (current !== undefined) this.#drain(current, visit);
      if (this.#files.length < 2) {
        const newer = this.#newer(current?.inode);
        if (newer.length === 0) return;
        // What was written between the end that was read and the rotation.
        if (current !== undefined) this.#drain(current, visit);
        this.#files.push(...newer);
      }
      if (current !== undefined) {
        closeSync(current.file);
        this.#files.shift();
        this.#rest = new Uint8Array();
      }
    }
  }

  /** Closes its files. */
  close(): void {
    for (const { file } of this.#files.splice(0)) closeSync(file);
  }

  /**
   * What came after the file `inode`, oldest first. `log` is opened first: if it is rotated in between, the
   * other name leads to the same file.
   */
  #newer(inode: number | undefined): OpenFile[] {
    const found: OpenFile[] = [];
    for (const name of ["log", "log.1"]) {
      const next = open(`${this.#directory}/${name}`);
      if (next === undefined) continue;
      if (next.inode === inode || next.inode === found[0]?.inode) {
        closeSync(next.file);
        if (next.inode === inode) break;
      } else found.unshift(next);
    }
    return found;
  }

  #drain({ file }: OpenFile, visit: Visit): void {
    for (;;) {
      const count = readSync(file, this.#chunk, 0, CHUNK, null);
      if (count === 0) return;
      const bytes = new Uint8Array(this.#rest.length + count);
      bytes.set(this.#rest);
      bytes.set(this.#chunk.subarray(0, count), this.#rest.length);
      const read = eachRecord(bytes, (record) => visit(bytes, record));
      this.#rest = bytes.slice(read);
    }
  }
}
