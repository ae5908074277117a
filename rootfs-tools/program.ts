/** From what was typed to a program that can be read: bad input ends here, with an error that names it. */
import { accessSync, closeSync, constants } from "node:fs";
import { NsboxError } from "../src/util/errors.ts";
import { isElf } from "./elf.ts";
import { failed } from "./failure.ts";
import { FileWindow } from "./file-window.ts";
import { type Host, type HostFile, idOf, openRegular } from "./host.ts";
import { parseScript, type Shebang } from "./script.ts";

/** A file that can be executed. */
export interface ProgramFile extends HostFile {
  /** As it was typed or found on PATH, absolute. */
  readonly path: string;
  /** The `#!` line of a script; absent for an ELF file. */
  readonly shebang?: Shebang;
}

const WHAT: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory (ENOENT)",
  ENOTDIR: "not a directory (ENOTDIR)",
  ELOOP: "too many symbolic links (ELOOP)",
  EACCES: "permission denied (EACCES)",
  ENAMETOOLONG: "file name too long (ENAMETOOLONG)",
};

/** The kernel looks at that much of a file to find out what it is. */
const FIRST_BYTES = 256;

/** Finds a program by path or on `searchPath` and checks that it can be read. Throws NsboxError. */
export function findProgram(argument: string, host: Host, searchPath: string): ProgramFile {
  if (argument === "") throw new NsboxError('Cannot use "" as a program', { cause: "the name is empty" });
  if (!argument.includes("/")) {
    const path = whichProgram(argument, host, searchPath);
    if (path !== undefined) return readProgram(path, host);
    const here = host.walk(argument).entry !== undefined;
    throw new NsboxError(`Cannot find the program "${argument}"`, {
      cause: `not in any directory of PATH (${searchPath})`,
      code: "not-found",
      ...(here ? { hint: `the working directory has one: "./${argument}"` } : {}),
    });
  }
  return readProgram(argument.startsWith("/") ? argument : `${process.cwd()}/${argument}`, host);
}

/** The path of the executable file `name` in the directories of `searchPath`. */
export function whichProgram(name: string, host: Host, searchPath: string): string | undefined {
  for (const directory of searchPath.split(":")) {
    const path = `${directory === "" ? process.cwd() : directory.replace(/(?<=.)\/+$/, "")}/${name}`;
    const { entry } = host.walk(path);
    if (entry?.kind === "file" && ((entry.stat?.mode ?? 0n) & 0o111n) !== 0n) {
      return path.startsWith("/") ? path : `${process.cwd()}/${path}`;
    }
  }
  return undefined;
}

/** Opens the program at `path`. `role` names it in errors: "program", "interpreter". */
export function readProgram(path: string, host: Host, role = "program"): ProgramFile {
  const walk = host.walk(path);
  const refuse = (cause: string, errno = "") =>
    new NsboxError(`Cannot use "${path}" as ${role === "interpreter" ? "an" : "a"} ${role}`, {
      cause,
      ...(errno === "" ? {} : { errno }),
      ...(errno === "ENOENT" ? { code: "not-found" } : {}),
    });
  if (walk.entry === undefined) throw refuse(WHAT[walk.errno] ?? walk.errno, walk.errno);
  const { kind, stat } = walk.entry;
  if (kind === "directory") throw refuse("it is a directory");
  if (kind !== "file" || stat === undefined) throw refuse(`it is ${kindOf(stat?.mode)}`);
  try {
    accessSync(walk.path, constants.R_OK);
  } catch {
    throw refuse("it is not readable: permission denied (EACCES)", "EACCES");
  }
  if (stat.size === 0n) throw refuse("the file is empty");
  const file = { path, walk, id: idOf(walk) };
  const first = firstBytes(file);
  if (!isExecutable(walk.path, stat.mode) && !isPlainLibrary(file, first, host)) {
    throw refuse("it is not executable: its mode has no x bit for the caller");
  }
  if (isElf(first)) return file;
  const shebang = parseScript(first, path);
  if (shebang === undefined) throw refuse("neither an ELF file nor a script that begins with #!");
  return { ...file, shebang };
}

function isExecutable(path: string, mode: bigint): boolean {
  if ((mode & 0o111n) === 0n) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Shared objects without an interpreter need no x bit; they are asked for because a program opens them itself. */
function isPlainLibrary(file: HostFile, first: Uint8Array, host: Host): boolean {
  if (!isElf(first)) return false;
  const elf = host.elf(file);
  return elf !== undefined && elf.type === "shared" && elf.interpreter === undefined && !elf.pie;
}

function firstBytes({ walk }: HostFile): Uint8Array {
  let fd: number;
  try {
    fd = openRegular(walk.path);
  } catch (error) {
    throw failed(`Cannot open "${walk.path}"`, error);
  }
  try {
    const size = Math.min(Number(walk.entry?.stat?.size ?? 0), FIRST_BYTES);
    return new FileWindow(walk.path, fd, size).bytes(0, size, "first bytes");
  } catch (error) {
    throw failed(`Cannot read "${walk.path}"`, error);
  } finally {
    closeSync(fd);
  }
}

const KINDS: Readonly<Record<number, string>> = {
  0o010000: "a FIFO",
  0o020000: "a character device",
  0o060000: "a block device",
  0o140000: "a socket",
};

const kindOf = (mode: bigint | undefined): string => KINDS[Number(mode ?? 0n) & 0o170000] ?? "no regular file";
