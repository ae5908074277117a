/** From what was typed to a program that can be read: bad input ends here, with an error that names it. */
import { accessSync, constants } from "node:fs";
import { NsboxError } from "../../src/util/errors.ts";
import type { Elf } from "../elf/elf.ts";
import { wordsFor } from "../files/failure.ts";
import { type Host, type HostFile, idOf } from "../load/host.ts";
import { parseScript, type Shebang } from "./shebang.ts";

/** A file that can be executed. */
export interface ProgramFile extends HostFile {
  /** As it was typed or found on PATH, absolute. */
  readonly path: string;
  /** Absent for a script. */
  readonly elf?: Elf;
  /** The `#!` line; absent for an ELF file. */
  readonly shebang?: Shebang;
}

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
  return readProgram(host.absolute(argument), host);
}

/** The path of the executable file `name` in the directories of `searchPath`. */
export function whichProgram(name: string, host: Host, searchPath: string): string | undefined {
  for (const directory of searchPath.split(":")) {
    const path = host.absolute(`${directory === "" ? "" : `${directory.replace(/\/+$/, "")}/`}${name}`);
    const { entry } = host.walk(path);
    if (entry?.kind === "file" && ((entry.stat?.mode ?? 0n) & 0o111n) !== 0n) {
      return path;
    }
  }
  return undefined;
}

const ROLES = { program: "a program", interpreter: "an interpreter" } as const;

/** Where programs are looked for in a tree: what PATH is to a command that is run there. */
export const STANDARD_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Opens what is at `path`. `role` names it in errors; for an `object` the mode does not count. */
export function readProgram(
  path: string,
  host: Host,
  role: "program" | "interpreter" | "object" = "program",
): ProgramFile {
  const walk = host.walk(path);
  const refuse = (cause: string, errno = "") =>
    new NsboxError(role === "object" ? `Cannot use "${path}"` : `Cannot use "${path}" as ${ROLES[role]}`, {
      cause,
      ...(errno === "" ? {} : { errno }),
      ...(errno === "ENOENT" ? { code: "not-found" } : {}),
    });
  if (walk.entry === undefined) throw refuse(wordsFor(walk.errno), walk.errno);
  const { kind, stat } = walk.entry;
  if (kind === "directory") throw refuse("it is a directory");
  if (kind !== "file" || stat === undefined) throw refuse(`it is ${typeOf(stat?.mode)}`);
  if (stat.size === 0n) throw refuse("the file is empty");
  const file = { path, walk, id: idOf(walk) };
  const { first, elf } = host.program(file);
  const isRunnable = role === "object" || (elf !== undefined && isPlainLibrary(elf));
  if (!isRunnable && !isExecutable(host.onDisk(walk.path), stat.mode)) {
    throw refuse("it is not executable: its mode has no x bit for the caller");
  }
  if (elf !== undefined) return { ...file, elf };
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

/**
 * A shared object needs no x bit; it is asked for because a program opens it itself. A few have an
 * interpreter, to print their version.
 */
const isPlainLibrary = ({ type, pie }: Elf): boolean => type === "shared" && !pie;

const FILE_TYPE = 0o170000;
const FILE_TYPES = new Map([
  [0o010000, "a FIFO"],
  [0o020000, "a character device"],
  [0o060000, "a block device"],
  [0o140000, "a socket"],
]);

const typeOf = (mode: bigint | undefined): string =>
  FILE_TYPES.get(Number(mode ?? 0n) & FILE_TYPE) ?? "no regular file";
