/**
 * From a plan to a running command: this process becomes the monitor. The helper and the plan behind it go
 * into one sealed memfd, which is executed. Every statement here is on the start-up path.
 */
import { encode, type Injection } from "../plan/encode.ts";
import type { EncodedPlan } from "../plan/plan.ts";
import { AT_FDCWD, SYS } from "../sys/constants.ts";
import { addressOf, cstring, syscall } from "../sys/ffi.ts";
import { HELPER } from "../sys/helper.gen.ts";

const MFD_CLOEXEC = 1;
const MFD_ALLOW_SEALING = 2;
const MFD_EXEC = 16;
const F_ADD_SEALS = 1033;
const ALL_SEALS = 15;
const AT_EMPTY_PATH = 0x1000;
const EINVAL = 22;
const ENOSPC = 28;

/** How a launch may differ from the ordinary one; tests use it. */
export interface LaunchOptions {
  /** The executable that words a failure, where it is not this process's own. */
  readonly executable?: string;
  readonly injection?: Injection;
  /** Gets helper and plan, before they are executed. */
  readonly store?: (bytes: Uint8Array) => void;
}

/** The bytes of the encoded plan: UTF-8, or one a character. */
export function planBytes(plan: EncodedPlan, executable: number, injection?: Injection): Uint8Array {
  const text = encode(plan, executable, injection);
  return plan.bytes ? Uint8Array.from(text, (c) => c.charCodeAt(0)) : new TextEncoder().encode(text);
}

/** A new memory file that may be executed, or minus the errno. See memfd_create(2). */
export function executableMemory(): number {
  const label = cstring("nsbox");
  const file = syscall(SYS.memfd_create, label, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
  // Kernels before 6.3 do not know MFD_EXEC, and make every memfd executable.
  return file === -EINVAL ? syscall(SYS.memfd_create, label, MFD_CLOEXEC | MFD_ALLOW_SEALING) : file;
}

/** Nobody changes `file` any more. */
export function seal(file: number): void {
  syscall(SYS.fcntl, file, F_ADD_SEALS, ALL_SEALS);
}

/**
 * Executes the plan in place of this process; `name` is what ps shows. Returns only where that failed, with
 * minus the errno; EACCES from memfd_create is the caller's to go round, see `./unlinked-file.ts`.
 */
export function launch(plan: EncodedPlan, name: string, options: LaunchOptions = {}): number {
  const file = executableMemory();
  if (file < 0) return file;
  const error = writeParts(file, plan, options);
  if (error < 0) return error;
  seal(file);
  return execute(file, name);
}

/** Writes the helper, and the plan behind it, to `file`. Returns 0 or minus the errno. */
export function writeParts(file: number, plan: EncodedPlan, options: LaunchOptions): number {
  const own = syscall(SYS.openat, AT_FDCWD, cstring(options.executable ?? "/proc/self/exe"));
  const helper = Uint8Array.fromBase64(HELPER);
  let written = syscall(SYS.write, file, helper, helper.length);
  if (written !== helper.length) return written < 0 ? written : -ENOSPC;
  const bytes = planBytes(plan, own, options.injection);
  written = syscall(SYS.write, file, bytes, bytes.length);
  if (written !== bytes.length) return written < 0 ? written : -ENOSPC;
  if (options.store !== undefined) {
    const whole = new Uint8Array(helper.length + bytes.length);
    whole.set(helper);
    whole.set(bytes, helper.length);
    options.store(whole);
  }
  return 0;
}

/** Executes descriptor `file` with no environment. Returns minus the errno. */
export function execute(file: number, name: string): number {
  const title = cstring(name);
  const argv = new BigUint64Array(2);
  argv[0] = BigInt(addressOf(title));
  const end = addressOf(argv) + 8;
  return syscall(SYS.execveat, file, cstring(""), argv, end, AT_EMPTY_PATH);
}
