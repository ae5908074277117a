/**
 * What is written comes to its name whole: it is made in a stage first, and moved at the end. Where that
 * fails or is killed the target is as it was, and the next run clears up.
 */
import { chmodSync, closeSync, lstatSync, openSync, realpathSync, type Stats, statSync } from "node:fs";
import { resolve } from "node:path";
import { isatty } from "node:tty";
import { NsboxError } from "../../src/util/errors.ts";
import { failed } from "../files/failure.ts";
import { baseOf, parentOf } from "../files/paths.ts";
import type { Change } from "../write/moves.ts";
import { Stage } from "../write/stage.ts";
import { STDOUT } from "./forms.ts";

const STDOUT_FD = 1;
const PERMISSIONS = 0o777;

/** The name of what is made, in its stage. */
const PRODUCT = "0";

const cannot = (target: string, cause: string, hint?: string): NsboxError =>
  new NsboxError(`Cannot write "${target}"`, { cause, ...(hint === undefined ? {} : { hint }) });

/**
 * Has `write` write a file, or standard output, through the descriptor it is given.
 *
 * @throws NsboxError where the target is a terminal, or there but no regular file.
 */
export async function writeFile<T>(target: string, write: (fd: number) => Promise<T>): Promise<T> {
  if (target !== STDOUT) return stageFile(target, ({ path }) => writeTo(`${path}/${PRODUCT}`, write));
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

/**
 * Has `make` make a file at `path`, where none is yet; then that gets the name `target`. What else it leaves
 * in the directory `scratch` is removed.
 */
export async function makeFile<T>(
  target: string,
  make: (path: string, scratch: string) => Promise<T>,
): Promise<T> {
  return stageFile(target, ({ name }) => make(`${name}/${PRODUCT}`, name));
}

function stageFile<T>(target: string, make: (stage: Stage) => Promise<T>): Promise<T> {
  const found = look(target);
  if (found?.isDirectory()) throw cannot(target, "it is a directory", "Name a file in it");
  if (found !== undefined && !found.isFile()) {
    throw cannot(target, "it is no regular file", 'Write to standard output, "-", and redirect that');
  }
  return stage(target, found !== undefined, async (stage) => {
    const result = await make(stage);
    // Who has closed a file to others keeps it so.
    if (found !== undefined) chmodSync(`${stage.path}/${PRODUCT}`, found.mode & PERMISSIONS);
    return result;
  });
}

/** The same for a directory. One that is there is replaced, unless `check` throws when it gets its path. */
export async function makeDirectory<T>(
  target: string,
  check: (path: string) => void,
  make: (path: string) => Promise<T>,
): Promise<T> {
  const found = look(target);
  if (found !== undefined && !found.isDirectory()) throw cannot(target, "it is no directory");
  if (found !== undefined) check(realpathSync(target));
  return stage(target, found !== undefined, ({ path }) => make(`${path}/${PRODUCT}`));
}

async function stage<T>(target: string, replaces: boolean, make: (stage: Stage) => Promise<T>): Promise<T> {
  // A link stays one: what it leads to is replaced.
  const place = replaces ? realpathSync(target) : resolve(target);
  const base = parentOf(place);
  if (place === "/") throw cannot(target, "that is the root of this system");
  let stage: Stage | undefined;
  try {
    stage = Stage.in(realpathSync(base), target);
    const result = await make(stage);
    commit(stage, target, { name: PRODUCT, path: `/${baseOf(place)}`, replaces });
    return result;
  } catch (error) {
    stage?.undo();
    throw failed(`Cannot write "${target}"`, error);
  } finally {
    stage?.end();
  }
}

/** Moves what was made to its place; an error names the target as it was given. */
function commit(stage: Stage, target: string, change: Change): void {
  try {
    stage.commit([change]);
  } catch (error) {
    // Another run made it meanwhile: who is last has it, as with any file that is there.
    const wasQuicker = error instanceof NsboxError && error.details.errno === "EEXIST" && !change.replaces;
    if (wasQuicker && look(target)?.isFile()) commit(stage, target, { ...change, replaces: true });
    else if (error instanceof NsboxError) throw new NsboxError(`Cannot write "${target}"`, error.details);
    else throw error;
  }
}

/** What `target` leads to; undefined where nothing is there. */
function look(target: string): Stats | undefined {
  try {
    const found = statSync(target, { throwIfNoEntry: false });
    if (found !== undefined) return found;
    if (lstatSync(target, { throwIfNoEntry: false }) === undefined) return undefined;
  } catch (error) {
    throw failed(`Cannot write "${target}"`, error);
  }
  throw cannot(target, "it is a link that leads nowhere");
}
