/** A file below a root that is not trusted, where a path leads to a namespace. See openat2(2). */
import { SYS } from "./constants.ts";
import { cstring, syscall } from "./ffi.ts";
import { reopenNamespace } from "./nsfs.ts";

const EINVAL = 22;
const O_CLOEXEC = 0o2000000;
const O_PATH = 0o10000000;
const RESOLVE_NO_SYMLINKS = 4n;
const RESOLVE_IN_ROOT = 16n;
const RESOLVE_CACHED = 32n;

/**
 * A descriptor of the namespace that is mounted at `path` below the directory `root`, or minus the errno.
 *
 * It never waits for a file server: what leads to a mount point is in the kernel's cache. Linux before 5.12
 * cannot be told so, and is asked only where the caller says that it is `safe`, which is asked only then.
 */
export function openIn(root: number, path: string, safe: () => boolean): number {
  const name = cstring(path.replace(/^\/+/, ""));
  const open = (resolve: bigint): number => {
    const how = new BigUint64Array([BigInt(O_PATH | O_CLOEXEC), 0n, resolve]);
    return syscall(SYS.openat2, root, name, how, how.byteLength);
  };
  let place = open(RESOLVE_NO_SYMLINKS | RESOLVE_IN_ROOT | RESOLVE_CACHED);
  if (place === -EINVAL && safe()) place = open(RESOLVE_NO_SYMLINKS | RESOLVE_IN_ROOT);
  if (place < 0) return place;
  const fd = reopenNamespace(place);
  syscall(SYS.close, place);
  return fd;
}
