/**
 * The files that a tree is made from: this system's, or those of another one below a directory. Each is
 * looked at once, and each ELF file read once, however many programs need it.
 */
import { closeSync, fstatSync, readdirSync } from "node:fs";
import { NsboxError } from "../../src/util/errors.ts";
import { type Elf, isElf, type Machine, readElf } from "../elf/elf.ts";
import { FileWindow } from "../elf/file-window.ts";
import { isSameMachine } from "../elf/machine.ts";
import { errnoOf, failed } from "../files/failure.ts";
import { type Entry, Root, type Walk } from "../files/paths.ts";
import { openWithoutLinks, readSmallFile } from "../files/small-file.ts";
import { getAttribute } from "../files/xattr.ts";

/** A file that was found, and how it is reached. */
export interface HostFile {
  readonly walk: Walk;
  /** Device and inode: two paths with the same one are one file to the loader. */
  readonly id: string;
}

/** Why a library is not taken: the loader goes on to the next place, but for `stop` to the next list. */
export type Miss = "absent" | "unreadable" | "foreign" | "stop";

/** The kernel looks at that much of a file to find out what it is. */
const FIRST_BYTES = 256;
/** Real programs need a few thousand; hostile lists of directories and names multiply. */
const MOST_LOOKUPS = 250_000;
/** What each further program adds to that. */
const LOOKUPS_MORE = 2000;
const LONGEST_TEXT = 2 ** 24;
const decoder = new TextDecoder();

const SET_ID_BITS = 0o6000n;

/** A system as it is found, links and all. Paths are those inside it. */
export class Host {
  /** The directory that is its root, without a slash at the end: empty for this system itself. */
  readonly prefix: string;
  readonly #root: Root;
  readonly #like: Host | undefined;
  readonly #walks = new Map<string, Walk>();
  readonly #elves = new Map<string, Elf>();
  #lookups = MOST_LOOKUPS;

  /**
   * `sysroot` is absolute and without links. What is at the same path in `like`, of the same size and
   * time, is taken to be the same file, and is not read once more.
   */
  constructor(sysroot = "", like?: Host) {
    this.#root = new Root(sysroot);
    this.prefix = this.#root.prefix;
    this.#like = like;
  }

  /** `path` from the root: a relative one counts from the working directory, in another system from its root. */
  absolute(path: string): string {
    return path.startsWith("/") ? path : `${this.prefix === "" ? process.cwd() : ""}/${path}`;
  }

  /** Where this system has what stands at `path`, which holds no links. */
  onDisk(path: string): string {
    return this.prefix + path;
  }

  /** What stands at `path`, whose directories hold no links; the errno's name where nothing can be seen. */
  look(path: string): Entry | string {
    return this.#root.look(path);
  }

  /** Follows `path`. */
  walk(path: string): Walk {
    let walk = this.#walks.get(path);
    if (walk === undefined) {
      walk = this.#root.walk(this.absolute(path));
      this.#walks.set(path, walk);
    }
    return walk;
  }

  /** The first `limit` bytes of the regular file that `path` leads to; `undefined` where none can be read. */
  read(path: string, limit: number): Uint8Array | undefined {
    const { path: real, entry } = this.walk(path);
    if (entry?.kind !== "file") return undefined;
    try {
      return readSmallFile(this.onDisk(real), limit, openWithoutLinks);
    } catch (error) {
      if (errnoOf(error) === "") throw error;
      return undefined;
    }
  }

  /** The same as text, "" where there is none. */
  text(path: string, limit = LONGEST_TEXT): string {
    return decoder.decode(this.read(path, limit));
  }

  /** The sorted names in the directory that `path` leads to; none where it cannot be read. */
  list(path: string): readonly string[] {
    if (this.walk(path).entry?.kind !== "directory") return [];
    try {
      return this.readDirectory(path);
    } catch (error) {
      if (!(error instanceof NsboxError)) throw error;
      return [];
    }
  }

  /** The same of a directory that has to be read. Throws NsboxError. */
  readDirectory(path: string): readonly string[] {
    try {
      return readdirSync(this.onDisk(this.walk(path).path)).toSorted();
    } catch (error) {
      throw failed(`Cannot read the directory "${path}"`, error);
    }
  }

  /** Whether a program gains privileges when it is executed, by setuid, setgid or capabilities: AT_SECURE, getauxval(3). */
  isPrivileged({ path, entry }: Walk): boolean {
    if (((entry?.stat?.mode ?? 0n) & SET_ID_BITS) !== 0n) return true;
    return getAttribute(this.onDisk(path), "security.capability") !== undefined;
  }

  isDirectory(path: string): boolean {
    return this.walk(path).entry?.kind === "directory";
  }

  /** One more program is about to be loaded: that many more places may be looked in. */
  allowMore(): void {
    this.#lookups += LOOKUPS_MORE;
  }

  /** The library at `path` for `machine`, or why the loader passes over it. Throws where it would give up. */
  library(path: string, machine: Machine): (HostFile & { readonly elf: Elf }) | Miss {
    if (--this.#lookups < 0) {
      throw new NsboxError("Cannot search for libraries", {
        cause: `more than ${MOST_LOOKUPS} places to look in`,
      });
    }
    const walk = this.walk(path);
    if (walk.entry === undefined) {
      if (walk.errno === "ENOENT" || walk.errno === "ENOTDIR") return "absent";
      return walk.errno === "EACCES" ? "unreadable" : "stop";
    }
    const { kind } = walk.entry;
    if (kind !== "file") {
      throw new NsboxError(`Cannot read the library "${path}"`, {
        cause: kind === "directory" ? "it is a directory" : "it is no regular file",
      });
    }
    const file = { walk, id: idOf(walk) };
    try {
      const elf = this.elf(file, machine);
      return elf === undefined ? "foreign" : { ...file, elf };
    } catch (error) {
      if (error instanceof NsboxError && error.details.errno === "EACCES") return "unreadable";
      throw error;
    }
  }

  /** Reads an ELF file; `undefined` where it is none for `machine`. */
  elf(file: HostFile, machine?: Machine): Elf | undefined {
    const known = this.#elves.get(file.id) ?? this.#alike(file);
    if (known !== undefined) {
      if (machine === undefined) return known;
      if (!isSameMachine(known, machine)) return undefined;
      if (known.refused === undefined) return known;
      throw new NsboxError(`Cannot read "${file.walk.path}"`, { cause: known.refused, code: "invalid-elf" });
    }
    return this.#read(file, (window) => this.#parse(file, window, machine));
  }

  /**
   * Reads a file that may be a program: its first bytes, and all of it that counts where it is an ELF file.
   * One that is known has no first bytes.
   */
  program(file: HostFile): { readonly first: Uint8Array; readonly elf: Elf | undefined } {
    const alike = this.#alike(file);
    if (alike !== undefined) return { first: new Uint8Array(0), elf: alike };
    return this.#read(file, (window) => {
      const first = window.bytes(0, Math.min(window.size, FIRST_BYTES), "first bytes").slice();
      return { first, elf: isElf(first) ? this.#parse(file, window) : undefined };
    });
  }

  /** The same file as the other system has read it. */
  #alike({ id, walk }: HostFile): Elf | undefined {
    const like = this.#like;
    if (like === undefined) return undefined;
    const other = like.walk(walk.path);
    const mine = walk.entry?.stat;
    const its = other.entry?.stat;
    if (mine === undefined || its === undefined) return undefined;
    if (mine.size !== its.size || mine.mtimeNs !== its.mtimeNs) return undefined;
    const elf = like.#elves.get(idOf(other));
    if (elf !== undefined) this.#elves.set(id, elf);
    return elf;
  }

  #parse({ id }: HostFile, window: FileWindow, machine?: Machine): Elf | undefined {
    const elf = this.#elves.get(id) ?? readElf(window, machine);
    if (elf !== undefined) this.#elves.set(id, elf);
    return elf;
  }

  #read<T>({ walk: { path } }: HostFile, use: (window: FileWindow) => T): T {
    let fd: number | undefined;
    try {
      fd = openWithoutLinks(this.onDisk(path));
      return use(new FileWindow(path, fd, fstatSync(fd).size));
    } catch (error) {
      throw failed(`Cannot read "${path}"`, error);
    } finally {
      if (fd !== undefined) closeSync(fd);
    }
  }
}

/** What tells a file from any other: device and inode. */
export const idOf = ({ entry, path }: Walk): string =>
  entry?.stat === undefined ? path : `${entry.stat.dev}:${entry.stat.ino}`;
