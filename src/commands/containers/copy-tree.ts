/**
 * Copies files from one directory into another, either of which somebody hostile may be changing meanwhile.
 * Every name is looked up in a directory that is held open, and never followed; what is changed of a file is
 * changed through a descriptor of it.
 */
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  ftruncateSync,
  futimesSync,
  lchownSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  type Stats,
  statfsSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { getAttribute, listAttributes, setAttribute } from "../../../rootfs-tools/files/xattr.ts";
import { codeOf, failedCall } from "../../runtime/containers/failed-call.ts";
import { NsboxError } from "../../util/errors.ts";

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = constants;
const PERMISSIONS = 0o7777;
const WITHOUT_SET_ID = 0o1777;
const CHUNK = 1 << 20;
const STAT_BLOCK = 512;
const ZEROS = new Uint8Array(CHUNK);

/** One name in a directory that is held open. */
export interface Place {
  readonly directory: number;
  /** In bytes: a file's name need be no text. */
  readonly name: Buffer;
  /** As people know it. */
  readonly label: string;
}

/** What a copy needs to know. */
export interface Copying {
  /** Owners on the other side. */
  owner(stat: Stats): { readonly uid: number; readonly gid: number };
  /** Told of what is neither file, directory nor link, and left out. */
  skipped(label: string): void;
}

const directoryOf = (file: number): string => `/proc/self/fd/${file}`;

/** Where node:fs finds it, by way of the directory that is held open. */
export const pathOf = ({ directory, name }: Place): Buffer =>
  Buffer.concat([Buffer.from(`${directoryOf(directory)}/`), name]);

/** Does `work` with a descriptor. */
function withFile<T>(path: Buffer, flags: number, mode: number, work: (file: number) => T): T {
  const file = openSync(path, flags, mode);
  try {
    return work(file);
  } finally {
    closeSync(file);
  }
}

/** Copies what stands at `from` to `to`: files and links replace one another, directories are merged. */
export function copyTree(from: Place, to: Place, copying: Copying): void {
  try {
    const stat = lstatSync(pathOf(from));
    if (stat.isDirectory()) copyDirectory(from, to, copying);
    else if (stat.isFile()) copyFile(from, to, copying);
    else if (stat.isSymbolicLink()) copyLink(from, to, stat, copying);
    else copying.skipped(from.label);
  } catch (error) {
    throw failedCall(`Cannot copy "${from.label}" to "${to.label}"`, callOf(error), error);
  }
}

const callOf = (error: unknown): string =>
  error instanceof Error && "syscall" in error ? String(error.syscall) : "copy";

/** The kernel's own file systems, whose files are no data: proc, sysfs, cgroup, cgroup2. See statfs(2). */
const OF_THE_KERNEL = [0x9fa0, 0x62656572, 0x27e0eb, 0x63677270];

const isOfTheKernel = (directory: number): boolean =>
  OF_THE_KERNEL.includes(statfsSync(directoryOf(directory)).type);

/** Copies what is in the directory `from` into the directory `to`, both held open. */
export function copyContent(
  from: number,
  to: number,
  labels: readonly [string, string],
  copying: Copying,
): void {
  for (const name of readdirSync(directoryOf(from), "buffer")) {
    const place = (directory: number, label: string) => ({
      directory,
      name,
      label: `${label.replace(/\/$/, "")}/${name.toString()}`,
    });
    copyTree(place(from, labels[0]), place(to, labels[1]), copying);
  }
}

function copyDirectory(from: Place, to: Place, copying: Copying): void {
  const flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
  withFile(pathOf(from), flags, 0, (source) => {
    if (isOfTheKernel(source) && !isOfTheKernel(from.directory)) return copying.skipped(from.label);
    let isNew = true;
    try {
      mkdirSync(pathOf(to), 0o700);
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
      isNew = false;
    }
    return withFile(pathOf(to), flags, 0, (target) => {
      copyContent(source, target, [from.label, to.label], copying);
      if (!isNew) return;
      copyAttributes(from, to);
      setOwnerAndMode(target, fstatSync(source), copying);
    });
  });
}

/**
 * Makes an empty directory that everybody may read.
 * @throws NsboxError where it cannot be made.
 */
export function makeDirectory(to: Place): void {
  try {
    mkdirSync(pathOf(to), 0o755);
  } catch (error) {
    throw failedCall(`Cannot make "${to.label}"`, "mkdir", error);
  }
}

/** A name is made free for something that is no directory. */
function makeFree(to: Place): void {
  const there = lstatSync(pathOf(to), { throwIfNoEntry: false });
  if (there?.isDirectory()) throw new NsboxError(`"${to.label}" is a directory`);
  if (there !== undefined) unlinkSync(pathOf(to));
}

function copyFile(from: Place, to: Place, copying: Copying): void {
  // It may by now be a FIFO, which would be waited for.
  withFile(pathOf(from), O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0, (source) => {
    const stat = fstatSync(source);
    if (!stat.isFile()) return copying.skipped(from.label);
    makeFree(to);
    const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
    return withFile(pathOf(to), flags, 0o600, (target) => {
      try {
        copyBytes(source, target, stat);
        copyAttributes(from, to);
        setOwnerAndMode(target, stat, copying);
      } catch (error) {
        unlinkSync(pathOf(to));
        throw error;
      }
    });
  });
}

/** Holes stay holes where the source has some. */
function copyBytes(source: number, target: number, stat: Stats): void {
  const isSparse = stat.blocks * STAT_BLOCK < stat.size;
  const chunk = new Uint8Array(CHUNK);
  let at = 0;
  for (;;) {
    const count = readSync(source, chunk, 0, CHUNK, at);
    if (count === 0) break;
    const bytes = chunk.subarray(0, count);
    const isHole = isSparse && Buffer.compare(bytes, ZEROS.subarray(0, count)) === 0;
    for (let written = 0; written < count && !isHole; ) {
      written += writeSync(target, bytes, written, count - written, at + written);
    }
    at += count;
  }
  if (isSparse) ftruncateSync(target, at);
}

function copyLink(from: Place, to: Place, stat: Stats, copying: Copying): void {
  const leads = readlinkSync(pathOf(from), { encoding: "buffer" });
  makeFree(to);
  symlinkSync(leads as unknown as string, pathOf(to));
  const { uid, gid } = copying.owner(stat);
  giveAway(() => lchownSync(pathOf(to), uid, gid));
  lutimesSync(pathOf(to), stat.atime, stat.mtime);
}

/** Not followed: what is not a file any more gets attributes that mean nothing. */
function copyAttributes(from: Place, to: Place): void {
  const [source, target] = [pathOf(from), pathOf(to)].map((path) => path.toString());
  for (const name of listAttributes(source!)) {
    const value = getAttribute(source!, name);
    if (value !== undefined) setAttribute(target!, name, value);
  }
}

/** False where the caller may not: EPERM, or an id that the user namespace does not map. */
function giveAway(change: () => void): boolean {
  try {
    change();
    return true;
  } catch (error) {
    if (codeOf(error) !== "EPERM" && codeOf(error) !== "EINVAL") throw error;
    return false;
  }
}

/** Owner first, which clears setuid bits; they are set again only where they mean the same user. */
function setOwnerAndMode(target: number, stat: Stats, copying: Copying): void {
  const { uid, gid } = copying.owner(stat);
  const isGiven = giveAway(() => fchownSync(target, uid, gid));
  fchmodSync(target, stat.mode & (isGiven ? PERMISSIONS : WITHOUT_SET_ID));
  futimesSync(target, stat.atime, stat.mtime);
}
