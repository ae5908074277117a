/** The file system of a container, opened so that no path in it leads out. */
import { closeSync, constants, openSync } from "node:fs";
import { SYS } from "../../sys/constants.ts";
import { cstring, syscall } from "../../sys/ffi.ts";
import { NsboxError } from "../../util/errors.ts";
import { failedCall } from "./failed-call.ts";
import { isAlive } from "./process.ts";
import { type Container, isLive } from "./settle.ts";

const O_PATH = 0o10000000;
const O_CLOEXEC = 0o2000000;
const RESOLVE_NO_MAGICLINKS = 2n;
const RESOLVE_IN_ROOT = 16n;
const { O_DIRECTORY } = constants;

/** Ranges of ids, as /proc/PID/uid_map has them: inside, outside, how many. */
export type IdRanges = readonly (readonly [inside: number, outside: number, count: number])[];

/**
 * A descriptor of the root directory: as its first process has it while it runs, with all that is mounted there;
 * afterwards the root file system that it was made with.
 * @throws NsboxError where it cannot be opened.
 */
export function openRoot(container: Container): number {
  const { config, status, id } = container;
  const lives = isLive(container) && status !== undefined && isAlive(status.pid);
  const path = lives ? `/proc/${status.pid.pid}/root` : config?.root;
  if (path === undefined || (!lives && !path.startsWith("/"))) {
    throw new NsboxError(`Container ${id} has no root filesystem while it does not run`);
  }
  let root: number;
  try {
    root = openSync(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  } catch (error) {
    throw failedCall(`Cannot open the root of container ${id}`, "openat", error);
  }
  if (!lives || isAlive(status.pid)) return root;
  closeSync(root);
  throw new NsboxError(`Container ${id} has ended`, { code: "not-running" });
}

/** Opens `path` inside `root` with `flags` (no magic links, never outside), or returns minus the errno. */
export function openInside(root: number, path: string, flags: number): number {
  const how = new BigUint64Array([BigInt(flags | O_CLOEXEC), 0n, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS]);
  return syscall(SYS.openat2, root, cstring(path || "."), how, how.byteLength);
}
