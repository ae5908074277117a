/**
 * System calls tried in a child that ends with them, so that nothing of this process, or of the machine, is
 * changed by finding out what the kernel allows.
 */
import { ptr, toArrayBuffer } from "bun:ffi";
import { SYS } from "./constants.ts";
import { addressOf, syscall } from "./ffi.ts";
import { tryCalls } from "./helper.ts";

const ARM = process.arch === "arm64";

/** Numbers of the system calls that are only ever tried. */
export const TRIED = {
  unshare: ARM ? 97 : 272,
  mount: ARM ? 40 : 165,
  mkdirat: ARM ? 34 : 258,
  chdir: ARM ? 49 : 80,
  prctl: ARM ? 167 : 157,
  seccomp: ARM ? 277 : 317,
  keyctl: ARM ? 219 : 250,
  getpid: ARM ? 172 : 39,
  open_tree: 428,
  move_mount: 429,
  fsopen: 430,
  fsconfig: 431,
  fsmount: 432,
  mount_setattr: 442,
} as const;

/** The result of an earlier step, by its index. */
export interface ResultOf {
  readonly result: number;
}

/** One system call. Memory is passed by its address. */
export interface Step {
  readonly number: number;
  readonly args: readonly (number | bigint | NodeJS.TypedArray | ResultOf)[];
  /** The steps behind it are made even where it fails. */
  readonly optional?: boolean;
}

/** How an attempt went. */
export interface Attempt {
  /** Results of the calls, as the kernel has them: below 0 minus the errno. null: not made. */
  readonly results: readonly (number | null)[];
  /** The errno of the step that ended it, or of the clone; 0 where all were made. */
  readonly errno: number;
  /** The index of that step; -1 for the clone. */
  readonly failed: number | null;
}

const WORDS = 15;
const [AT_OPTIONAL, AT_RESULT] = [13, 14];
const NOT_MADE = -(2n ** 62n);
const [PROT_READ_WRITE, MAP_SHARED_ANONYMOUS] = [3, 0x21];
const [MMAP, MUNMAP] = ARM ? [222, 215] : [9, 11];
const EIO = 5;

/**
 * Makes `steps` in a child in new namespaces `flags` (CLONE_NEW…), until one fails. `during` runs here while
 * they do; with a pipe among the steps the two can wait for each other.
 */
export function attempt(flags: number, steps: readonly Step[], during?: (pid: number) => void): Attempt {
  const size = steps.length * WORDS * 8;
  const address = syscall(MMAP, 0, size, PROT_READ_WRITE, MAP_SHARED_ANONYMOUS, -1, 0);
  if (address < 0 && address > -4096) throw new Error(`Cannot map ${size} bytes: errno ${-address}`);
  try {
    // biome-ignore lint/suspicious/noExplicitAny: bun:ffi brands its addresses.
    const words = new BigInt64Array(toArrayBuffer(address as any, 0, size));
    for (const [at, step] of steps.entries()) write(words.subarray(at * WORDS, (at + 1) * WORDS), step);
    const pid = tryCalls(flags, address, steps.length);
    if (pid < 0) return { results: steps.map(() => null), errno: -pid, failed: -1 };
    try {
      during?.(pid);
    } finally {
      waitFor(pid);
    }
    return outcome(words, steps);
  } finally {
    syscall(MUNMAP, address, size);
  }
}

function write(words: BigInt64Array, { number, args, optional = false }: Step): void {
  words.fill(0n);
  words.fill(-1n, 7, 13);
  words[0] = BigInt(number);
  for (const [at, arg] of args.entries()) {
    if (typeof arg === "bigint") words[1 + at] = BigInt.asIntN(64, arg);
    else if (typeof arg === "number") words[1 + at] = BigInt(arg);
    else if ("result" in arg) words[7 + at] = BigInt(arg.result);
    else words[1 + at] = BigInt(addressOf(arg));
  }
  words[AT_OPTIONAL] = optional ? 1n : 0n;
  words[AT_RESULT] = NOT_MADE;
}

function waitFor(pid: number): void {
  const EINTR = 4;
  while (syscall(SYS.wait4, pid, 0, 0, 0) === -EINTR);
}

function outcome(words: BigInt64Array, steps: readonly Step[]): Attempt {
  const results = steps.map((_, at) => {
    const result = words[at * WORDS + AT_RESULT]!;
    return result === NOT_MADE ? null : Number(result);
  });
  const at = results.findIndex((result, index) => result === null || (result < 0 && !steps[index]?.optional));
  if (at < 0) return { results, errno: 0, failed: null };
  // A call that never came back: a signal has ended it, or the time was up.
  const last = results[at];
  return { results, errno: last == null ? EIO : -last, failed: at };
}

/** A pipe: descriptors to read from and to write to. @throws Error where there are none left. */
export function pipe(): { readonly read: number; readonly write: number; close(): void } {
  const ends = new Int32Array(2);
  const error = syscall(ARM ? 59 : 293, ends, 0);
  if (error < 0) throw new Error(`Cannot make a pipe: errno ${-error}`);
  const [readEnd = -1, writeEnd = -1] = ends;
  return {
    read: readEnd,
    write: writeEnd,
    close: () => {
      syscall(SYS.close, readEnd);
      syscall(SYS.close, writeEnd);
    },
  };
}

/** Bytes that hold addresses of others: struct sock_fprog and the like. */
export const pointerTo = (memory: NodeJS.TypedArray): bigint => BigInt(ptr(memory) as number);
