/** Small files of our own, by system calls alone: node:fs takes longer to load than a run takes to be planned. */
import { AT_FDCWD, O_NOFOLLOW, SYS } from "./constants.ts";
import { cstring, syscall } from "./ffi.ts";

const [O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_TRUNC] = [0, 1, 0o100, 0o200, 0o1000];
const [O_NONBLOCK, O_CLOEXEC] = [0o4000, 0o2000000];
const ENOSPC = 28;

let room: Uint8Array | undefined;
const decoder = new TextDecoder();

/** The text of the file, a link not followed; or minus the errno. One larger than `largest` bytes is cut off. */
export function readSmall(path: string, largest = 65536): string | number {
  const file = syscall(SYS.openat, AT_FDCWD, cstring(path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return file;
  // Made once: to fill it with zeros takes longer than to read most files.
  if (room === undefined || room.length < largest) room = new Uint8Array(largest);
  const bytes = room;
  let length = 0;
  for (;;) {
    const read = syscall(SYS.read, file, length === 0 ? bytes : bytes.subarray(length), largest - length);
    if (read < 0) length = read;
    if (read <= 0) break;
    length += read;
    if (length === largest) break;
  }
  syscall(SYS.close, file);
  return length < 0 ? length : decoder.decode(bytes.subarray(0, length));
}

function write(path: string, text: string, flags: number): number {
  const how = O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flags;
  const file = syscall(SYS.openat, AT_FDCWD, cstring(path), how, 0o600);
  if (file < 0) return file;
  const bytes = new TextEncoder().encode(text);
  const written = bytes.length === 0 ? 0 : syscall(SYS.write, file, bytes, bytes.length);
  syscall(SYS.close, file);
  return written < 0 ? written : written === bytes.length ? 0 : -ENOSPC;
}

/** Makes the file, which must not be there. Returns 0 or minus the errno; half of a file does not stay. */
export function createSmall(path: string, text: string): number {
  const error = write(path, text, O_CREAT | O_EXCL);
  if (error === -ENOSPC) removeSmall(path);
  return error;
}

/** Writes the file anew, made where it is absent. Returns 0 or minus the errno. */
export const replaceSmall = (path: string, text: string): number => write(path, text, O_CREAT | O_TRUNC);

/** Writes into a file that is there, such as one of /proc/sys. Returns 0 or minus the errno. */
export const writeSmall = (path: string, text: string): number => write(path, text, 0);

/** Removes the file. Returns 0 or minus the errno. */
export const removeSmall = (path: string): number => syscall(SYS.unlinkat, AT_FDCWD, cstring(path), 0);

/** Writes the file anew in one step: whoever reads it sees the old one or all of the new. Returns 0 or minus the errno. */
export function replaceWhole(path: string, text: string): number {
  removeSmall(`${path}.new`);
  const error = createSmall(`${path}.new`, text);
  return error < 0
    ? error
    : syscall(SYS.renameat2, AT_FDCWD, cstring(`${path}.new`), AT_FDCWD, cstring(path), 0);
}
