/**
 * What is written comes to its name whole: beside the target first, renamed at the end. Where that fails or
 * is killed the target is as it was, and the next run into the same directory clears up.
 */
import { closeSync, lstatSync, openSync, realpathSync, renameSync, rmSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { isatty } from "node:tty";
import { AT_FDCWD, SYS } from "../../src/sys/constants.ts";
import { cstring, syscall } from "../../src/sys/ffi.ts";
import { NsboxError } from "../../src/util/errors.ts";
import { failed } from "../files/failure.ts";
import { parentOf } from "../files/paths.ts";
import { Temporaries } from "../write/temporary.ts";
import { STDOUT } from "./forms.ts";

/** One for all, so that no two names are the same. */
const temporaries = new Temporaries();

/** A path beside `path`, where nothing is. */
export const beside = (path: string): string => temporaries.in(parentOf(path));

const STDOUT_FD = 1;
const RENAME_EXCHANGE = 2;

const cannot = (target: string, cause: string, hint?: string): NsboxError =>
  new NsboxError(`Cannot write "${target}"`, { cause, ...(hint === undefined ? {} : { hint }) });

/**
 * Has `write` write a file, or standard output, through the descriptor it is given.
 *
 * @throws NsboxError where the target is a terminal or anything but a regular file.
 */
export async function writeFile<T>(target: string, write: (fd: number) => Promise<T>): Promise<T> {
  if (target !== STDOUT) return makeFile(target, (temporary) => writeTo(temporary, write));
  if (isatty(STDOUT_FD)) {
    throw new NsboxError("Cannot write an archive to a terminal", {
      cause: "standard output is one",
      hint: 'Name a file instead of "-", or redirect: nsbox build-rootfs … - >FILE',
    });
  }
  try {
    return await write(STDOUT_FD);
  } catch (error) {
    throw failed("Cannot write to standard output", error);
  }
}

async function writeTo<T>(path: string, write: (fd: number) => Promise<T>): Promise<T> {
  const fd = openSync(path, "wx");
  try {
    return await write(fd);
  } finally {
    closeSync(fd);
  }
}

/** Has `make` make a file at the path it is given, where none is yet; then that gets the name `target`. */
export async function makeFile<T>(target: string, make: (temporary: string) => Promise<T>): Promise<T> {
  const found = look(target);
  if (found?.isDirectory()) throw cannot(target, "it is a directory", "Name a file in it");
  if (found !== undefined && !found.isFile()) {
    throw cannot(target, "it is no regular file", 'Write to standard output, "-", and redirect that');
  }
  // A link stays one: what it leads to is replaced.
  const path = found === undefined ? resolve(target) : realpathSync(target);
  return replace(target, path, make, renameSync);
}

/**
 * The same for a directory. One that is there is exchanged for the new one, if `mayReplace` says of its path
 * that it may be.
 */
export async function makeDirectory<T>(
  target: string,
  mayReplace: (path: string) => void,
  make: (temporary: string) => Promise<T>,
): Promise<T> {
  const found = look(target);
  if (found !== undefined && !found.isDirectory()) throw cannot(target, "it is no directory");
  if (found === undefined) return replace(target, resolve(target), make, renameSync);
  const path = realpathSync(target);
  mayReplace(path);
  return replace(target, path, make, (temporary) => {
    exchange(temporary, path);
    rmSync(temporary, { recursive: true });
  });
}

async function replace<T>(
  target: string,
  path: string,
  make: (temporary: string) => Promise<T>,
  finish: (temporary: string, path: string) => void,
): Promise<T> {
  const temporary = beside(path);
  try {
    const result = await make(temporary);
    finish(temporary, path);
    return result;
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw failed(`Cannot write "${target}"`, error);
  }
}

/** Has two directories change places. */
function exchange(one: string, other: string): void {
  const paths = [AT_FDCWD, cstring(one), AT_FDCWD, cstring(other)] as const;
  if (syscall(SYS.renameat2, ...paths, RENAME_EXCHANGE) === 0) return;
  // A file system that cannot do that, as 9p: for a moment nothing is there. What else failed fails again.
  const aside = `${one}-old`;
  renameSync(other, aside);
  try {
    renameSync(one, other);
  } catch (error) {
    renameSync(aside, other);
    throw error;
  }
  renameSync(aside, one);
}

function look(target: string) {
  try {
    const found = statSync(target, { throwIfNoEntry: false });
    if (found !== undefined) return found;
    if (lstatSync(target, { throwIfNoEntry: false }) === undefined) return undefined;
  } catch (error) {
    throw failed(`Cannot write "${target}"`, error);
  }
  throw cannot(target, "it is a link that leads nowhere");
}
