/**
 * From a plan to a running command: this process becomes the monitor. The helper and the plan behind it go
 * into one sealed memfd, which is executed. Every statement here is on the start-up path.
 */
import { type Injection, encode } from "../plan/encode.ts";
import type { Plan } from "../plan/plan.ts";
import { AT_FDCWD, SYS } from "../sys/constants.ts";
import { addressOf, cstring, syscall } from "../sys/ffi.ts";
import { HELPER } from "./helper.gen.ts";

const MFD_CLOEXEC = 1;
const MFD_ALLOW_SEALING = 2;
const MFD_EXEC = 16;
const F_ADD_SEALS = 1033;
const ALL_SEALS = 15;
const AT_EMPTY_PATH = 0x1000;
const EINVAL = 22;

/** How a launch may differ from the ordinary one; tests use it. */
export interface LaunchOptions {
  /** The executable that words a failure, where it is not this process's own. */
  readonly executable?: string;
  readonly injection?: Injection;
}

/** The bytes of the encoded plan: UTF-8, or one a character. */
export function planBytes(plan: Plan, executable: number, injection?: Injection): Uint8Array {
  const text = encode(plan, executable, injection);
  return plan.bytes ? Uint8Array.from(text, (c) => c.charCodeAt(0)) : new TextEncoder().encode(text);
}

/**
 * Executes the plan in place of this process; `name` is what ps shows. Returns only where that failed, with
 * minus the errno.
 */
export function launch(plan: Plan, name: string, options: LaunchOptions = {}): number {
  const own = syscall(SYS.openat, AT_FDCWD, cstring(options.executable ?? "/proc/self/exe"));
  const bytes = planBytes(plan, own, options.injection);
  const helper = Uint8Array.fromBase64(HELPER);
  const label = cstring("nsbox");
  let fd = syscall(SYS.memfd_create, label, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
  if (fd === -EINVAL) fd = syscall(SYS.memfd_create, label, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) return fd;
  if (syscall(SYS.write, fd, helper, helper.length) !== helper.length) return -EINVAL;
  if (syscall(SYS.write, fd, bytes, bytes.length) !== bytes.length) return -EINVAL;
  syscall(SYS.fcntl, fd, F_ADD_SEALS, ALL_SEALS);
  const title = cstring(name);
  const argv = new BigUint64Array([BigInt(addressOf(title)), 0n]);
  return syscall(SYS.execveat, fd, cstring(""), argv, argv.subarray(1), AT_EMPTY_PATH);
}
