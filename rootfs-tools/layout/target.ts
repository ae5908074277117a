/** Where a tree may be made. */
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { NsboxError } from "../../src/util/errors.ts";
import type { Manifest } from "../collect/manifest.ts";
import { errnoOf, failed, wordsFor } from "../files/failure.ts";
import { parentOf, Root } from "../files/paths.ts";

/** The absolute path of `directory` without links. Throws where no tree can or should be made there. */
export function checkDirectory(directory: string): string {
  const refuse = (cause: string, errno?: string) =>
    new NsboxError(`Cannot make a root filesystem in "${directory}"`, {
      cause,
      ...(errno === undefined ? {} : { errno }),
    });
  if (directory === "") throw refuse("the name is empty");
  const { path, entry, errno } = new Root("").walk(
    directory.startsWith("/") ? directory : `${process.cwd()}/${directory}`,
  );
  if (entry !== undefined && entry.kind !== "directory") throw refuse("it is no directory", "ENOTDIR");
  if (entry === undefined && errno !== "ENOENT") throw refuse(wordsFor(errno), errno);
  // What leads up from a directory that is not there leads nowhere.
  if (path.split("/").includes("..")) throw refuse(wordsFor("ENOENT"), "ENOENT");
  if (isHostRoot(path)) throw refuse("that is the root of this system");
  let existing = path;
  while (statSync(existing, { throwIfNoEntry: false }) === undefined) existing = parentOf(existing);
  try {
    accessSync(existing, constants.W_OK | constants.X_OK);
    if (existing !== path && !statSync(existing).isDirectory()) throw refuse(`"${existing}" is no directory`);
    return existing === path ? realpathSync(path) : path;
  } catch (error) {
    if (errnoOf(error) === "EACCES")
      throw refuse(`"${existing}" is not writable: permission denied (EACCES)`, "EACCES");
    throw failed(`Cannot make a root filesystem in "${directory}"`, error);
  }
}

/** By device and inode too: the root may be mounted a second time elsewhere. */
function isHostRoot(path: string): boolean {
  const root = statSync("/");
  const stat = statSync(path, { throwIfNoEntry: false });
  return path === "/" || (stat?.dev === root.dev && stat.ino === root.ino);
}

/** A tree around the very files that are copied could overwrite them. Throws NsboxError. */
export function refuseSources(directory: string, { items }: Manifest): void {
  for (const { source } of items.values()) {
    if (!source?.path.startsWith(`${directory}/`)) continue;
    throw new NsboxError(`Cannot make a root filesystem in "${directory}"`, {
      cause: `it holds "${source.path}", which is to be copied`,
    });
  }
}
