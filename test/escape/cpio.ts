/** Archives of files in the kernel's initramfs format ("newc", see the kernel's buffer-format.rst). */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** One file: its path in the archive, mode with type, and content. */
interface Entry {
  readonly path: string;
  readonly mode: number;
  readonly content: Uint8Array;
}

const DIRECTORY = 0o040755;
const FILE = 0o100000;
const LINK = 0o120777;
const NOTHING = new Uint8Array();
const encoder = new TextEncoder();

/** Collects files, and makes an archive of them in which all belong to root. */
export class Archive {
  readonly #entries = new Map<string, Entry>();

  #add(path: string, mode: number, content: Uint8Array = NOTHING): void {
    const parent = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    if (parent !== "" && !this.#entries.has(parent)) this.#add(parent, DIRECTORY);
    this.#entries.set(path, { path, mode, content });
  }

  directory(path: string): void {
    this.#add(path, DIRECTORY);
  }

  /** A program or script. */
  program(path: string, content: Uint8Array | string): void {
    this.#add(path, FILE | 0o755, typeof content === "string" ? encoder.encode(content) : content);
  }

  /** A file, directory or link of the host, with all below it. */
  copy(from: string, path: string): void {
    const found = lstatSync(from);
    if (found.isSymbolicLink()) this.#add(path, LINK, encoder.encode(readlinkSync(from)));
    else if (found.isDirectory()) {
      this.#add(path, DIRECTORY);
      for (const name of readdirSync(from)) this.copy(join(from, name), `${path}/${name}`);
    } else if (found.isFile()) this.#add(path, FILE | (found.mode & 0o777), readFileSync(from));
  }

  /** The archive, in parts that belong one behind the other. */
  parts(): Uint8Array[] {
    const parts: Uint8Array[] = [];
    let number = 0;
    const write = ({ path, mode, content }: Entry) => {
      const name = encoder.encode(`${path}\0`);
      const fields = [++number, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length, 0];
      const header = `070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}`;
      parts.push(encoder.encode(header), name, padding(header.length + name.length));
      parts.push(content, padding(content.length));
    };
    for (const entry of this.#entries.values()) write(entry);
    write({ path: "TRAILER!!!", mode: 0, content: NOTHING });
    return parts;
  }
}

const padding = (length: number): Uint8Array => new Uint8Array((4 - (length % 4)) % 4);
