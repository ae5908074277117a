/** Extended attributes, see xattr(7). Bun has no call for them. */
import { SYS } from "../../src/sys/constants.ts";
import { cstring, syscall } from "../../src/sys/ffi.ts";

const decoder = new TextDecoder();
/** XATTR_SIZE_MAX and XATTR_LIST_MAX: no value and no list of names is longer. */
const scratch = new Uint8Array(65536);

/** The names of `path`'s attributes, links not followed; none where the file system knows none. */
export function listAttributes(path: string): string[] {
  const length = syscall(SYS.llistxattr, cstring(path), scratch, scratch.length);
  if (length <= 0) return [];
  return decoder
    .decode(scratch.subarray(0, length))
    .split("\0")
    .filter((name) => name !== "");
}

/** The value of an attribute; `undefined` where it is absent or may not be read. */
export function getAttribute(path: string, name: string): Uint8Array | undefined {
  const length = syscall(SYS.lgetxattr, cstring(path), cstring(name), scratch, scratch.length);
  return length < 0 ? undefined : scratch.slice(0, length);
}

/** Sets an attribute, and tells whether that was allowed. */
export function setAttribute(path: string, name: string, value: Uint8Array): boolean {
  // An empty array has no address of its own; the kernel reads none of its bytes.
  const memory = value.length === 0 ? new Uint8Array(1) : value;
  return syscall(SYS.lsetxattr, cstring(path), cstring(name), memory, value.length, 0) === 0;
}
