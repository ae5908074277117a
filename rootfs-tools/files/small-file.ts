/** Reads files that others may have put there: never blocks on a FIFO, never takes more than asked for. */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { AT_FDCWD, SYS } from "../../src/sys/constants.ts";
import { errnoName, errnoText } from "../../src/sys/errno.ts";
import { cstring, syscall } from "../../src/sys/ffi.ts";

const O_CLOEXEC = 0o2000000;
const QUIETLY = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | O_CLOEXEC;
const RESOLVE_NO_SYMLINKS = 0x04n;
const [EPERM, ENOSYS] = [1, 38];

/** Opens `path` for reading. Never blocks, should it be a FIFO, nor does a terminal become ours. */
export const openQuietly = (path: string): number => openSync(path, QUIETLY);

/**
 * The same for an absolute path that was found to hold no links: who has put one there meanwhile leads
 * nowhere, be it at the end or on the way. Throws as node:fs does, with ELOOP for such a link.
 */
export function openWithoutLinks(path: string): number {
  const how = new BigUint64Array([BigInt(QUIETLY), 0n, RESOLVE_NO_SYMLINKS]);
  const fd = syscall(SYS.openat2, AT_FDCWD, cstring(path), how, how.byteLength);
  // Before Linux 5.6, and where a filter refuses the call.
  if (fd === -ENOSYS || fd === -EPERM) return openSync(path, QUIETLY | constants.O_NOFOLLOW);
  if (fd >= 0) return fd;
  const code = errnoName(-fd);
  const words = code === "ELOOP" ? "it became a link meanwhile" : errnoText(-fd).replace(/ \(\w+\)$/, "");
  throw Object.assign(new Error(`${code}: ${words}`), { code, syscall: "open" });
}

/** The first `limit` bytes of the regular file `path`; nothing of any other. Throws as node:fs and `open` do. */
export function readSmallFile(path: string, limit: number, open = openQuietly): Uint8Array {
  const fd = open(path);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return new Uint8Array(0);
    const bytes = new Uint8Array(Math.min(stat.size, limit));
    let filled = 0;
    for (let got = -1; got !== 0 && filled < bytes.length; filled += got) {
      got = readSync(fd, bytes, filled, bytes.length - filled, filled);
    }
    return bytes.subarray(0, filled);
  } finally {
    closeSync(fd);
  }
}
