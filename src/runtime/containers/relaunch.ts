/**
 * A container started once more: the helper and the plan that were stored, executed as they were the first
 * time, from a sealed memory file, in a child that stands where `nsbox run` stood.
 */
import { closeSync, openSync, readFileSync } from "node:fs";
import { encoded } from "../../plan/block.ts";
import type { Op, Plan } from "../../plan/plan.ts";
import { SYS } from "../../sys/constants.ts";
import { syscall } from "../../sys/ffi.ts";
import { executableMemory, planBytes, seal } from "../launch.ts";
import { decodePlan } from "../plan-behind.ts";
import { failedCall, failedErrno } from "./failed-call.ts";

const EACCES = 13;
const RLIMIT_NOFILE = 7;

/** The descriptor by which the child finds nsbox, should it have a failure to word. */
const REPORTER = 3;
/** Where it stands in the plan: behind the magic and the hash. */
const REPORTER_FIELD = 2;

/** How long the helper in front of a plan is: up to the end of its section headers, see elf(5). */
export function helperLength(bytes: Uint8Array): number {
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 64) return 0;
  const offset = Number(header.getBigUint64(40, true));
  return offset + header.getUint16(58, true) * header.getUint16(60, true);
}

/** The same helper and plan, with a failure worded by whatever executable descriptor `reporter` is. */
export function withReporter(bytes: Uint8Array, reporter: number): Uint8Array {
  let from = helperLength(bytes);
  for (let field = 0; field < REPORTER_FIELD; field++) from = bytes.indexOf(0, from) + 1;
  const to = bytes.indexOf(0, from);
  const number = new TextEncoder().encode(String(reporter));
  const changed = new Uint8Array(from + number.length + bytes.length - to);
  changed.set(bytes.subarray(0, from));
  changed.set(number, from);
  changed.set(bytes.subarray(to), from + number.length);
  return changed;
}

/**
 * The same as it is executed once more: in the background, whatever it was the first time, with an input only
 * where that stays open without a caller, and without the descriptors that a caller held. A plan of another
 * version of nsbox cannot be read, and stays as it is.
 */
export function toRestart(bytes: Uint8Array, interactive: boolean): Uint8Array {
  const helper = bytes.subarray(0, helperLength(bytes));
  const plan = decodeBytes(bytes.subarray(helper.length));
  if (plan === undefined) return withReporter(bytes, REPORTER);
  // As many as before: a step that fails is told by its number.
  const ops = plan.ops.map((op): Op => {
    if (op.op === "supervise") return { ...op, attach: 0, input: Number(interactive) };
    return op.op === "hold" ? { ...op, sync: -1, block: -1, status: -1 } : op;
  });
  const detached = planBytes(encoded({ ...plan, ops }), REPORTER);
  const whole = new Uint8Array(helper.length + detached.length);
  whole.set(helper);
  whole.set(detached, helper.length);
  return whole;
}

/** The plan behind the helper in `bytes`; undefined where another version of nsbox made it. */
export const decodeStored = (bytes: Uint8Array): Plan | undefined =>
  decodeBytes(bytes.subarray(helperLength(bytes)));

function decodeBytes(bytes: Uint8Array): Plan | undefined {
  try {
    return decodePlan(bytes);
  } catch {
    return undefined;
  }
}

/** A sealed memory file that may be executed, or minus the errno. */
export function memoryFile(bytes: Uint8Array): number {
  const file = executableMemory();
  if (file < 0) return file;
  for (let written = 0; written < bytes.length; ) {
    const rest = bytes.subarray(written);
    const count = syscall(SYS.write, file, rest, rest.length);
    if (count < 0) {
      closeSync(file);
      return count;
    }
    written += count;
  }
  seal(file);
  return file;
}

/** The soft limit on open files that Bun raised, as the caller has it: the child hands on its parent's. */
function restoreLimit(): void {
  const [ours, theirs] = [new BigUint64Array(2), new BigUint64Array(2)];
  if (syscall(SYS.prlimit64, 0, RLIMIT_NOFILE, 0, ours) < 0) return;
  if (syscall(SYS.prlimit64, process.ppid, RLIMIT_NOFILE, 0, theirs) < 0 || theirs[1] !== ours[1]) return;
  syscall(SYS.prlimit64, 0, RLIMIT_NOFILE, theirs, 0);
}

/** What came of a launch. */
export interface Launched {
  readonly status: number;
  readonly out: string;
}

/**
 * Executes `plan`, helper and plan as `toRestart` makes them of what was stored, in `cwd`, and waits for the process that was executed;
 * what it says of a failure goes to standard error.
 * @throws NsboxError where it cannot be executed.
 */
export async function relaunch(plan: Uint8Array, cwd: string, title: string): Promise<Launched> {
  const file = memoryFile(plan);
  if (file === -EACCES) {
    throw failedErrno("Cannot start the container: vm.memfd_noexec forbids it", "memfd_create", EACCES);
  }
  if (file < 0) throw failedErrno("Cannot start the container", "memfd_create", -file);
  const own = openSync("/proc/self/exe", "r");
  restoreLimit();
  try {
    const child = Bun.spawn([`/proc/${process.pid}/fd/${file}`], {
      argv0: title,
      cwd,
      env: {},
      stdio: ["ignore", "pipe", "inherit", own],
    });
    const out = await child.stdout.text();
    return { status: await child.exited, out };
  } catch (error) {
    throw failedCall(`Cannot start the container in "${cwd}"`, "execve", error);
  } finally {
    closeSync(own);
    closeSync(file);
  }
}

/**
 * The bytes of a container's plan.
 * @throws NsboxError where there is none.
 */
export function storedPlan(directory: string): Uint8Array {
  try {
    return readFileSync(`${directory}/plan`);
  } catch (error) {
    throw failedCall(`Cannot read the plan in "${directory}"`, "open", error);
  }
}
