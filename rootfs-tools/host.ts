/** The host's files, each looked at and each ELF file read once, however many programs need it. */
import { closeSync, constants, openSync } from "node:fs";
import { NsboxError } from "../src/util/errors.ts";
import { type Elf, type Machine, readElf } from "./elf.ts";
import { errnoOf, failed } from "./failure.ts";
import { FileWindow } from "./file-window.ts";
import { Root, type Walk } from "./paths.ts";

/** A file that was found, and how it is reached. */
export interface HostFile {
  readonly walk: Walk;
  /** Device and inode: two paths with the same one are one file to the loader. */
  readonly id: string;
}

/** Why a library is not taken: the loader goes on to the next place, but for `stop` to the next list. */
export type Miss = "absent" | "unreadable" | "foreign" | "stop";

const O_CLOEXEC = 0o2000000;

/** Opens a regular file. Never blocks, should it have turned into a FIFO since it was looked at. */
export function openRegular(path: string): number {
  return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | O_CLOEXEC);
}

/** The host as it is found, links and all. */
export class Host {
  readonly #root = new Root("");
  readonly #walks = new Map<string, Walk>();
  readonly #elves = new Map<string, Elf>();

  /** Follows `path`; a relative one counts from the working directory. */
  walk(path: string): Walk {
    let walk = this.#walks.get(path);
    if (walk === undefined) {
      walk = this.#root.walk(path.startsWith("/") ? path : `${process.cwd()}/${path}`);
      this.#walks.set(path, walk);
    }
    return walk;
  }

  isDirectory(path: string): boolean {
    return this.walk(path).entry?.kind === "directory";
  }

  /** The library at `path` for `machine`, or why the loader passes over it. Throws where it would give up. */
  library(path: string, machine: Machine): (HostFile & { readonly elf: Elf }) | Miss {
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
  elf({ walk, id }: HostFile, machine?: Machine): Elf | undefined {
    const known = this.#elves.get(id);
    if (known !== undefined) {
      return machine === undefined || isFor(known, machine) ? known : undefined;
    }
    let fd: number;
    try {
      fd = openRegular(walk.path);
    } catch (error) {
      throw failed(`Cannot open "${walk.path}"`, error);
    }
    try {
      const elf = readElf(new FileWindow(walk.path, fd, Number(walk.entry?.stat?.size ?? 0)), machine);
      if (elf !== undefined) this.#elves.set(id, elf);
      return elf;
    } catch (error) {
      if (errnoOf(error) === "") throw error;
      throw failed(`Cannot read "${walk.path}"`, error);
    } finally {
      closeSync(fd);
    }
  }
}

/** What tells a file from any other: device and inode. */
export const idOf = ({ entry, path }: Walk): string =>
  entry?.stat === undefined ? path : `${entry.stat.dev}:${entry.stat.ino}`;

const isFor = (elf: Machine, machine: Machine): boolean =>
  elf.bits === machine.bits && elf.machine === machine.machine;
