/**
 * Records of the directories where namespaces are bound: `STATE/ns-dirs/ID`, one line each, `half|kept`, whether
 * the directory was made, the flags of the kinds whose files were made, and the path. The helper writes them
 * (`csrc/persist.c`) before it makes anything, and holds their lock until the command runs.
 */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  rmdirSync,
  unlinkSync,
} from "node:fs";
import { KINDS, type KindName } from "../../ns/kinds.ts";
import { SYS } from "../../sys/constants.ts";
import { syscall } from "../../sys/ffi.ts";
import { checkOwned, statePath } from "../containers/place.ts";

const LOCK_EX_NB = 6;
const LONGEST = 8192;
/** How long a record may be there before anything is written to it, in milliseconds. */
const BEGINNING = 10_000;

/** One directory. */
export interface NsDir {
  /** The record's own path. */
  readonly record: string;
  /** The directory's; empty where nothing had been written down yet, and so nothing made. */
  readonly path: string;
  readonly made: boolean;
  readonly files: readonly KindName[];
  /** Its command has run: it is to stay. Else its monitor was killed half-way. */
  readonly kept: boolean;
  /** A nsbox is at it. */
  readonly busy: boolean;
}

/** A name for a new one. */
export const newRecordId = (): string => crypto.getRandomValues(new Uint8Array(6)).toHex();

/**
 * All of this user's.
 * @throws NsboxError where others could have written them.
 */
export function readNsDirs(): NsDir[] {
  const state = statePath();
  const directory = `${state}/ns-dirs`;
  for (const path of [state, directory]) {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return [];
    checkOwned(path, stat);
  }
  return readdirSync(directory).flatMap((id) => readNsDir(`${directory}/${id}`) ?? []);
}

function readNsDir(record: string): NsDir | undefined {
  let file: number;
  try {
    file = openSync(record, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    // Closing the file lets go of the lock.
    const locked = syscall(SYS.flock, file, LOCK_EX_NB) < 0;
    const buffer = Buffer.alloc(LONGEST);
    const text = buffer.toString("utf8", 0, readSync(file, buffer));
    const [, state, made, flags, path = ""] = /^(half|kept) ([01]) (\d+) (.+)$/s.exec(text) ?? [];
    const young = Math.abs(Date.now() - fstatSync(file).mtimeMs) < BEGINNING;
    const files = KINDS.filter(({ flag }) => Number(flags) & flag).map(({ name }) => name);
    const busy = locked || (state === undefined && young);
    return { record, path, made: made === "1", files, kept: state === "kept", busy };
  } finally {
    closeSync(file);
  }
}

/** Forgets one, and nsbox's own directories where they are empty now. */
export function removeRecord({ record }: NsDir): void {
  unlinkSync(record);
  for (const directory of [`${statePath()}/ns-dirs`, statePath()]) {
    try {
      rmdirSync(directory);
    } catch {
      return; // Something else is in it.
    }
  }
}
