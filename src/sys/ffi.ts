/**
 * The one door to native code: libc's `syscall`, found by `dlopen`. Nothing else is ever loaded on the
 * hot path; our own helper is a program there, not a library.
 */
import { dlopen, FFIType, ptr, read } from "bun:ffi";

const { i64, ptr: pointer } = FFIType;

const SYMBOLS = {
  syscall: { args: [i64, i64, i64, i64, i64, i64, i64], returns: i64 },
  __errno_location: { args: [], returns: pointer },
} as const;

/** glibc's name, then musl's: which one is there depends on the build, and a wrong name costs nothing. */
function openLibc() {
  try {
    return dlopen("libc.so.6", SYMBOLS);
  } catch (error) {
    try {
      return dlopen(process.arch === "arm64" ? "libc.musl-aarch64.so.1" : "libc.musl-x86_64.so.1", SYMBOLS);
    } catch {
      throw error;
    }
  }
}

/** Opened with the first call, so that importing this costs nothing. */
let libc: ReturnType<typeof openLibc>["symbols"] | undefined;
const encoder = new TextEncoder();

/** One argument of a system call: a number, or memory (whose address is passed). */
export type Argument = number | bigint | NodeJS.TypedArray;

/** The address of `memory`, valid as long as the caller keeps it reachable. */
export const addressOf = (memory: NodeJS.TypedArray): number => ptr(memory) as number;

/**
 * Makes system call `number` of this architecture (see `./constants.ts`) and returns its result, or
 * minus the errno: the kernel's own convention, see syscall(2).
 *
 * Its arguments are turned one by one: a function for that would be called so often that Bun starts a
 * thread to compile it, which costs `run` half a millisecond.
 */
export function syscall(
  number: number,
  a: Argument = 0,
  b: Argument = 0,
  c: Argument = 0,
  d: Argument = 0,
  e: Argument = 0,
  f: Argument = 0,
): number {
  libc ??= openLibc().symbols;
  const result = Number(
    libc.syscall(
      number,
      typeof a === "object" ? ptr(a) : a,
      typeof b === "object" ? ptr(b) : b,
      typeof c === "object" ? ptr(c) : c,
      typeof d === "object" ? ptr(d) : d,
      typeof e === "object" ? ptr(e) : e,
      typeof f === "object" ? ptr(f) : f,
    ),
  );
  return result === -1
    ? -read.i32(libc.__errno_location() as NonNullable<ReturnType<typeof libc.__errno_location>>)
    : result;
}

/** `text` as UTF-8 bytes with the NUL that the kernel wants at the end of a path. */
export const cstring = (text: string): Uint8Array => encoder.encode(`${text}\0`);
