/**
 * STATE, the directory that holds the containers: `names/NAME` → id, `containers/ID/`. It is the one that the
 * records of mount points stand in, and is refused where anybody else could write to it.
 */
import { accessSync, constants, lstatSync, mkdirSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import { stateDirectories } from "../../sandbox/state.ts";
import { NsboxError } from "../../util/errors.ts";
import { codeOf, failedCall } from "./failed-call.ts";

/** The directories of one user's containers. */
export interface Place {
  /** STATE itself. */
  readonly path: string;
  /** Holds a link a name, whose target is the id. */
  readonly names: string;
  /** Holds a directory a container. */
  readonly containers: string;
}

const PRIVATE = 0o700;
const WRITABLE_BY_OTHERS = 0o022;

const placeIn = (path: string): Place => ({
  path,
  names: `${path}/names`,
  containers: `${path}/containers`,
});

/** What stands at `path`, links not followed; undefined where nothing does. */
function look(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function isUsable(path: string): boolean {
  try {
    const there = look(path);
    // Root of a user namespace is not the host's root, whose directory this may be: the helper goes on likewise.
    if (there !== undefined) return process.geteuid!() !== 0 || there.uid === 0;
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path of STATE for this user, whether or not it is there: every command of a user finds the same. */
export function statePath(): string {
  const { state, otherwise } = stateDirectories({ uid: process.geteuid!(), env: process.env });
  return isUsable(state) ? state : otherwise;
}

/**
 * Checks that `path` is a directory of this user that nobody else may write to.
 * @throws NsboxError where it is another's, a link, or something else.
 */
export function checkOwned(path: string, stat: Stats): void {
  const cause = !stat.isDirectory()
    ? stat.isSymbolicLink()
      ? "it is a symbolic link"
      : "it is no directory"
    : stat.uid !== process.geteuid!()
      ? `it belongs to user ${stat.uid}`
      : (stat.mode & WRITABLE_BY_OTHERS) !== 0
        ? `others may write to it (mode ${(stat.mode & 0o7777).toString(8).padStart(4, "0")})`
        : undefined;
  if (cause === undefined) return;
  throw new NsboxError(`Cannot keep containers in "${path}"`, {
    cause,
    hint: "nsbox trusts what stands there: move it away",
    code: "state-refused",
  });
}

/**
 * STATE as it is, for a command that looks or changes; undefined where nothing was ever kept.
 * @throws NsboxError where the directory is not ours alone.
 */
export function openPlace(): Place | undefined {
  const place = placeIn(statePath());
  for (const path of [place.path, place.names, place.containers]) {
    const stat = look(path);
    if (stat === undefined) return undefined;
    checkOwned(path, stat);
  }
  return place;
}

/**
 * STATE, made where it is absent.
 * @throws NsboxError where it cannot be, or is not ours alone.
 */
export function makePlace(): Place {
  const place = placeIn(statePath());
  // The end of a run removes STATE where it is empty: then once more.
  for (let tries = 0; ; tries++) {
    try {
      for (const path of [place.path, place.names, place.containers]) {
        makeDirectory(path);
        const stat = look(path);
        if (stat !== undefined) checkOwned(path, stat);
      }
      return place;
    } catch (error) {
      if (codeOf(error) !== "ENOENT" || tries === 10) {
        throw failedCall(`Cannot keep containers in "${place.path}"`, "mkdir", error);
      }
    }
  }
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { mode: PRIVATE });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
}
