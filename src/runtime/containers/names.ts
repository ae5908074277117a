/**
 * Names: `names/NAME` is a symbolic link whose target is the id. symlink(2) either makes it or says that it is
 * there, so of all who want a name at once exactly one gets it. A link is removed only under the lock of the
 * directory, and only after a look at where it leads: nobody removes what another has just made.
 */
import { existsSync, readdirSync, readlinkSync, symlinkSync, unlinkSync } from "node:fs";
import { AT_FDCWD, SYS } from "../../sys/constants.ts";
import { cstring, syscall } from "../../sys/ffi.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";
import { codeOf, failedCall, failedErrno } from "./failed-call.ts";
import { withDirectoryLock } from "./lock.ts";
import type { Place } from "./place.ts";

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const ID = /^[a-f][0-9a-f]{11}$/;
const DIGITS = /^[0-9]+$/;
const RENAME_NOREPLACE = 1;
const EEXIST = 17;
const ENOENT = 2;

/** `word` is an id as `createContainer` makes them. */
export const isId = (word: string): boolean => ID.test(word);

/** `word` may be a name. */
export const isName = (word: string): boolean => NAME.test(word) && !DIGITS.test(word) && !ID.test(word);

/** @throws UsageError where `name` is none that a container may have. */
export function checkName(name: string): void {
  if (isName(name)) return;
  throw new UsageError(
    `Not a container's name: "${name}"`,
    DIGITS.test(name)
      ? `A number is a PID; try "c${name}"`
      : ID.test(name)
        ? "It looks like an id"
        : 'Names are up to 64 letters, digits, "_", "." and "-", the first a letter or a digit',
  );
}

/** The id that `name` stands for, whether or not that container is there. */
export function idOf({ names }: Place, name: string): string | undefined {
  if (!isName(name)) return undefined;
  try {
    const id = readlinkSync(`${names}/${name}`);
    return isId(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

/** The names by the ids that they stand for. One reading of a directory, one readlink(2) a name. */
export function namesById(place: Place): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(place.names).sort()) {
    const id = idOf(place, name);
    if (id !== undefined && !found.has(id)) found.set(id, name);
  }
  return found;
}

const isStale = (place: Place, name: string): boolean => {
  const id = idOf(place, name);
  return id === undefined || !existsSync(`${place.containers}/${id}`);
};

/** Removes the link `name` if, looked at under the lock, `may` says so. */
function removeIf(place: Place, name: string, may: () => boolean): boolean {
  return withDirectoryLock(place.names, () => {
    if (!may()) return false;
    try {
      unlinkSync(`${place.names}/${name}`);
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw error;
    }
    return true;
  });
}

/** Removes names that stand for no container; returns them. */
export function dropStaleNames(place: Place): string[] {
  return readdirSync(place.names).filter(
    (name) => isStale(place, name) && removeIf(place, name, () => isStale(place, name)),
  );
}

/**
 * Gives `name` to container `id`, whose directory is there already.
 * @throws NsboxError where another container has it, or it cannot be written.
 */
export function reserve(place: Place, name: string, id: string): void {
  for (;;) {
    try {
      symlinkSync(id, `${place.names}/${name}`);
      return;
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw failedCall(`Cannot reserve the name "${name}"`, "symlink", error);
    }
    if (!removeIf(place, name, () => isStale(place, name))) throw taken(place, name);
  }
}

/** Takes `name` from container `id`, if it has it. */
export function release(place: Place, name: string, id: string): void {
  removeIf(place, name, () => idOf(place, name) === id);
}

/**
 * Gives the container that is called `old` another name, in one step.
 * @throws NsboxError where that name is another's, or `old` is nobody's any more.
 */
export function renameContainer(place: Place, old: string, name: string): void {
  const [from, to] = [old, name].map((word) => cstring(`${place.names}/${word}`));
  const move = () => syscall(SYS.renameat2, AT_FDCWD, from!, AT_FDCWD, to!, RENAME_NOREPLACE);
  let error = move();
  if (error === -EEXIST && removeIf(place, name, () => isStale(place, name))) error = move();
  if (error === -EEXIST) throw taken(place, name);
  if (error === -ENOENT) throw new NsboxError(`No container has the name "${old}" any more`);
  if (error < 0) throw failedErrno(`Cannot rename container "${old}"`, "renameat2", -error);
}

function taken(place: Place, name: string): NsboxError {
  const id = idOf(place, name);
  return new NsboxError(`The name "${name}" is taken`, {
    cause: id === undefined ? "by something that is no container" : `by container ${id}`,
    hint: `\`nsbox rm ${name}\` removes that container, \`nsbox rename ${name} OTHER\` gives it another name`,
    code: "name-taken",
  });
}
