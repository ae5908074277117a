/**
 * Small files of a root filesystem that may be hostile, read by system calls alone: node:fs would take longer
 * to load than all else that looks up a user. See openat2(2).
 */
import { AT_FDCWD, O_NOFOLLOW, SYS } from "./constants.ts";
import { errnoText } from "./errno.ts";
import { cstring, syscall } from "./ffi.ts";

const [ENOENT, ENOTDIR, ENOSYS] = [2, 20, 38];
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const O_PATH = 0o10000000;
const RESOLVE_NO_MAGICLINKS = 2n;
const RESOLVE_IN_ROOT = 16n;
const AT_EMPTY_PATH = 0x1000;
const STATX_TYPE_AND_SIZE = 0x201;
const S_IFMT = 0o170000;
const S_IFREG = 0o100000;

/** What a file holds, or why that cannot be had. */
export type Contents = { readonly text: string } | { readonly why: string };

/**
 * The text of the file that `path` means inside `root`, links followed inside alone; undefined where there is
 * none. Directories, FIFOs and devices are not opened for long, and no more than `largest` bytes are read.
 */
export function readInRoot(root: string, path: string, largest: number): Contents | undefined {
  const directory = syscall(SYS.openat, AT_FDCWD, cstring(root), O_PATH | O_CLOEXEC);
  if (directory < 0) return directory === -ENOENT ? undefined : { why: errnoText(-directory) };
  const file = openInRoot(directory, path);
  syscall(SYS.close, directory);
  if (file === -ENOENT || file === -ENOTDIR) return undefined;
  if (file < 0) return { why: errnoText(-file) };
  try {
    return contents(file, largest);
  } finally {
    syscall(SYS.close, file);
  }
}

/** A descriptor, or minus the errno. Before Linux 5.6, and where a filter refuses openat2, by the plain path. */
function openInRoot(directory: number, path: string): number {
  const flags = O_CLOEXEC | O_NONBLOCK;
  const how = new BigUint64Array([BigInt(flags), 0n, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS]);
  const name = cstring(path.replace(/^\/+/, ""));
  const file = syscall(SYS.openat2, directory, name, how, how.byteLength);
  return file === -ENOSYS ? syscall(SYS.openat, directory, name, flags | O_NOFOLLOW) : file;
}

function contents(file: number, largest: number): Contents {
  const stat = new DataView(new ArrayBuffer(256));
  const failed = syscall(
    SYS.statx,
    file,
    cstring(""),
    AT_EMPTY_PATH,
    STATX_TYPE_AND_SIZE,
    new Uint8Array(stat.buffer),
  );
  if (failed < 0) return { why: errnoText(-failed) };
  const size = Number(stat.getBigUint64(40, true));
  if ((stat.getUint16(28, true) & S_IFMT) !== S_IFREG) return { why: "it is no regular file" };
  if (size > largest) return { why: `it is larger than ${largest} bytes` };
  const bytes = new Uint8Array(size + 1);
  let length = 0;
  while (length < bytes.length) {
    const got = syscall(SYS.read, file, bytes.subarray(length), bytes.length - length);
    if (got < 0) return { why: errnoText(-got) };
    if (got === 0) break;
    length += got;
  }
  return { text: new TextDecoder().decode(bytes.subarray(0, length)) };
}
