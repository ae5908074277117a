/** Both ends of a copy: where its words lead, each opened at its directory. */
import { closeSync, constants, fstatSync, lstatSync, openSync } from "node:fs";
import { failedCall, failedErrno } from "../../runtime/containers/failed-call.ts";
import { openInside } from "../../runtime/containers/root.ts";
import { NsboxError } from "../../util/errors.ts";
import { type Place, pathOf } from "./copy-tree.ts";

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
const O_PATH = 0o10000000;
const ENOENT = 2;
const ENOTDIR = 20;

/** A path of the host, or inside the directory `root`. */
export interface End {
  readonly root: number | undefined;
  readonly path: string;
  /** As it was typed. */
  readonly label: string;
}

/** Opens `path` of an end, or returns minus the errno. */
function open({ root, label }: End, path: string, flags: number): number {
  if (root !== undefined) return openInside(root, path.replace(/^\/+/, ""), flags);
  try {
    return openSync(path || ".", flags);
  } catch (error) {
    const errno = error instanceof Error && "errno" in error ? Number(error.errno) : 0;
    if (errno === 0) throw failedCall(`Cannot open "${label}"`, "openat", error);
    return -Math.abs(errno);
  }
}

/** The directory that `path` leads to, opened; undefined where it is none or is not there. */
export function openDirectory(end: End, path = end.path): number | undefined {
  const directory = open(end, path, O_RDONLY | O_DIRECTORY);
  if (directory >= 0) return directory;
  if (directory === -ENOENT || directory === -ENOTDIR) return undefined;
  throw failedErrno(`Cannot open "${end.label}"`, "openat2", -directory);
}

/** The path's last name, in its directory. @throws NsboxError where that directory is not there. */
export function placeOf(end: End): Place {
  const path = end.path.replace(/\/+$/, "");
  const at = path.lastIndexOf("/");
  const name = path.slice(at + 1);
  const above = at < 0 ? (end.root === undefined ? "." : "/") : path.slice(0, at) || "/";
  const directory = openDirectory(end, above);
  if (directory === undefined || ["", ".", ".."].includes(name)) {
    throw new NsboxError(`There is no directory "${above}" for "${end.label}"`, { code: "not-found" });
  }
  return { directory, name: Buffer.from(name), label: end.label };
}

/** The path ends so that its content is meant, not itself: `DIR/.`, or by a name that is none of its own. */
export const meansContent = ({ path }: End): boolean => /(^|\/)\.\.?\/*$|^\/+$/.test(path);

/** Something stands at `place`, links not followed. */
export const isThere = (place: Place): boolean =>
  lstatSync(pathOf(place), { throwIfNoEntry: false }) !== undefined;

/** What stands at `place` is a directory. */
export function isDirectory(place: Place): boolean {
  try {
    const file = openSync(pathOf(place), O_PATH | O_NOFOLLOW);
    try {
      return fstatSync(file).isDirectory();
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}
