/**
 * What stands at a path, by system calls alone: node:fs takes longer to load than a run takes to be planned.
 * Paths are text, or one byte a character where `bytes` is set.
 */
import { AT_FDCWD, SYS } from "./constants.ts";
import { cstring, syscall } from "./ffi.ts";

const PATH_MAX = 4096;
const STATX_BASIC_STATS = 0x7ff;

const terminated = (path: string, bytes: boolean): Uint8Array =>
  bytes ? Uint8Array.from(`${path}\0`, (c) => c.charCodeAt(0)) : cstring(path);

/** Where the link at `path` leads; undefined where it is no link. See readlink(2). */
export function linkAt(path: string, bytes = false): string | undefined {
  const target = new Uint8Array(PATH_MAX);
  const length = syscall(SYS.readlinkat, AT_FDCWD, terminated(path, bytes), target, PATH_MAX);
  if (length < 0) return undefined;
  const link = target.subarray(0, length);
  return bytes ? String.fromCharCode(...link) : new TextDecoder().decode(link);
}

/** A part of struct statx, see statx(2). */
export interface FileStat {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of the device that it is, for a node. */
  readonly major: number;
  readonly minor: number;
  /** The device of the filesystem that it is in: `MAJOR:MINOR`. */
  readonly filesystem: string;
}

/** What `path` leads to; undefined where that is not there, or may not be looked at. */
export function statOf(path: string, bytes = false): FileStat | undefined {
  const buffer = new Uint8Array(256);
  const failed = syscall(SYS.statx, AT_FDCWD, terminated(path, bytes), 0, STATX_BASIC_STATS, buffer);
  if (failed < 0) return undefined;
  const stat = new DataView(buffer.buffer);
  return {
    uid: stat.getUint32(20, true),
    gid: stat.getUint32(24, true),
    mode: stat.getUint16(28, true),
    major: stat.getUint32(128, true),
    minor: stat.getUint32(132, true),
    filesystem: `${stat.getUint32(136, true)}:${stat.getUint32(140, true)}`,
  };
}

const LINUX_CAPABILITY_VERSION_3 = 0x20080522;

/** This process has capability `number` in effect, see capget(2). */
export function isCapable(number: number): boolean {
  const header = new Uint32Array([LINUX_CAPABILITY_VERSION_3, 0]);
  const sets = new Uint32Array(6);
  if (syscall(SYS.capget, header, sets) < 0) return true;
  return ((sets[number < 32 ? 0 : 3]! >>> (number % 32)) & 1) === 1;
}

const AT_SYMLINK_NOFOLLOW = 0x100;
const [FILE_TYPE, DIRECTORY, WRITABLE_BY_OTHERS] = [0o170000, 0o040000, 0o022];

/** `path` is a directory of this user, no link, and nobody else may write to it. */
export function isOwnDirectory(path: string): boolean {
  const buffer = new Uint8Array(256);
  const how = AT_SYMLINK_NOFOLLOW;
  if (syscall(SYS.statx, AT_FDCWD, cstring(path), how, STATX_BASIC_STATS, buffer) < 0) return false;
  const stat = new DataView(buffer.buffer);
  const mode = stat.getUint16(28, true);
  const isOurs = stat.getUint32(20, true) === process.geteuid!();
  return isOurs && (mode & FILE_TYPE) === DIRECTORY && (mode & WRITABLE_BY_OTHERS) === 0;
}
