/** What paths of a watched process mean: looked up below its root, never below ours. */
import { AT_FDCWD, O_NOFOLLOW, SYS } from "../../sys/constants.ts";
import { syscall } from "../../sys/ffi.ts";

const PATH_MAX = 4096;
const [O_PATH, O_CLOEXEC] = [0o10000000, 0o2000000];
const [RESOLVE_NO_MAGICLINKS, RESOLVE_IN_ROOT] = [0x02, 0x10];
const AT_EMPTY_PATH = 0x1000;
const W_OK = 2;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });
const name = new Uint8Array(3 * PATH_MAX + 1);
const link = new Uint8Array(PATH_MAX);
/** struct open_how: flags, mode, resolve. */
const how = new BigUint64Array([0n, 0n, BigInt(RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS)]);

/** A path that is no UTF-8 cannot be written down. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** `path` with its NUL, to be used before the next call. */
function terminated(path: string): Uint8Array {
  const { written } = encoder.encodeInto(path.slice(0, PATH_MAX), name);
  name[written] = 0;
  return name;
}

/** Where a link of /proc leads, or any other; undefined where it is none or may not be read. */
export function linkOf(path: string): string | undefined {
  const length = syscall(SYS.readlinkat, AT_FDCWD, terminated(path), link, PATH_MAX);
  return length < 0 ? undefined : textOf(link.subarray(0, length));
}

/** Opens a directory as a root to look below; minus the errno where that is not allowed. */
export const openRoot = (path: string): number =>
  syscall(SYS.openat, AT_FDCWD, terminated(path), O_PATH | O_CLOEXEC);

/** Closes what was opened. */
export const close = (fd: number): number => syscall(SYS.close, fd);

/**
 * Opens what stands at `path` below `root`, as a place; minus the errno where nothing does. Links lead nowhere
 * but below `root`.
 */
export function openBelow(root: number, path: string, follow: boolean): number {
  how[0] = BigInt(O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));
  return syscall(SYS.openat2, root, terminated(path), how, 24);
}

/** The path of what was opened, links and all followed. */
export function pathOf(fd: number): string | undefined {
  return linkOf(`/proc/self/fd/${fd}`);
}

/** Where the link that was opened without following it leads; undefined where it is none. */
export function targetOf(fd: number): string | undefined {
  const length = syscall(SYS.readlinkat, fd, terminated(""), link, PATH_MAX);
  return length <= 0 ? undefined : textOf(link.subarray(0, length));
}

/** Whether what was opened could be written to: permissions, and a mount that is not read-only. */
export const isWritable = (fd: number): boolean =>
  syscall(SYS.faccessat2, fd, terminated(""), W_OK, AT_EMPTY_PATH) === 0;

/** `path` without empty parts and `.`; `..` stays, since what it means depends on links. */
export function clean(path: string): string {
  if (!/\/(?:\/|\.\/|\.?$)/.test(path)) return path;
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return `/${parts.join("/")}`;
}
