/**
 * The helper as a library: what only a native call can do from inside Bun. It is loaded from a memory file
 * with the first call, never from a path: Bun would write it to $TMPDIR and leave it there.
 *
 * What the kernel allows a process with threads, and Bun has several, is less than it allows others:
 * `setns` of user and mnt namespaces fails with EINVAL, of time with EUSERS, and the other kinds are
 * entered by the calling thread alone. See csrc/library.h.
 */
import { dlopen, FFIType } from "bun:ffi";
import { SYS } from "./constants.ts";
import { addressOf, cstring, syscall } from "./ffi.ts";
import { HELPER } from "./helper.gen.ts";

const { i64, i32, u64, ptr } = FFIType;

const SYMBOLS = {
  nsh_abi: { args: [], returns: FFIType.cstring },
  nsh_clone: { args: [u64, ptr, ptr, ptr], returns: i64 },
  nsh_setns: { args: [i32, i32], returns: i64 },
  nsh_scan: { args: [ptr, ptr, u64], returns: i64 },
  nsh_try: { args: [u64, u64, u64], returns: i64 },
  nsh_pids: { args: [i32, ptr, u64], returns: i64 },
  nsh_survey: { args: [ptr], returns: i64 },
  nsh_visit: { args: [i32, i32, i32, ptr], returns: i64 },
  nsh_network: { args: [i32, i32], returns: i64 },
  nsh_launch: { args: [ptr, u64, ptr, u64, ptr], returns: i64 },
} as const;

const MFD_CLOEXEC = 1;

function load() {
  const fd = syscall(SYS.memfd_create, cstring("libnshelper.so"), MFD_CLOEXEC);
  const bytes = Uint8Array.fromBase64(HELPER);
  if (fd < 0 || syscall(SYS.write, fd, bytes, bytes.length) !== bytes.length) {
    throw new Error("Cannot put the helper into memory");
  }
  try {
    return dlopen(`/proc/self/fd/${fd}`, SYMBOLS).symbols;
  } finally {
    syscall(SYS.close, fd);
  }
}

let loaded: ReturnType<typeof load> | undefined;
const library = () => (loaded ??= load());

/** A NULL-ended array of C strings, kept reachable together with them. */
function cstrings(words: readonly string[]): { readonly array: BigUint64Array; readonly keep: Uint8Array[] } {
  const keep = words.map(cstring);
  return { array: new BigUint64Array([...keep.map((word) => BigInt(addressOf(word))), 0n]), keep };
}

/** The hash of the operation table that the helper was built with. */
export const helperAbi = (): string => String(library().nsh_abi());

/**
 * Starts `argv[0]` (a path) in new namespaces, `flags` being an or of CLONE_NEW… (not time), on a stack of
 * its own. Returns its PID, or minus the errno of clone or execve. The caller waits for it.
 */
export function cloneInto(flags: number, argv: readonly string[], env: readonly string[] = []): number {
  const [words, entries] = [cstrings(argv), cstrings(env)];
  const path = words.keep[0];
  if (path === undefined) throw new Error("No program to start");
  return Number(library().nsh_clone(flags, path, words.array, entries.array));
}

/**
 * Makes system calls in a child of its own: see `src/sys/attempt.ts`. `calls` is the address of shared memory.
 * Returns its PID, or minus the errno.
 */
export const tryCalls = (flags: number, calls: number, count: number): number =>
  Number(library().nsh_try(flags, calls, count));

/** setns(2) of the calling thread: 0 or minus the errno. `type` 0 means any kind. */
export const setns = (fd: number, type: number): number => Number(library().nsh_setns(fd, type));

/**
 * Replaces this process by the monitor, as `nsbox run` does: see `src/runtime/launch.ts`, which needs no
 * library for it. Returns minus the errno where that failed.
 */
export function launchPlan(plan: Uint8Array, name: string): number {
  const bytes = Uint8Array.fromBase64(HELPER);
  return Number(library().nsh_launch(bytes, bytes.length, plan, plan.length, cstring(name)));
}

/** The calls of `./survey.ts` and `./visit.ts`, which know what they take. */
export const surveyCalls = () => ({
  pids: (proc: number, pids: Uint32Array, capacity: number) =>
    Number(library().nsh_pids(proc, pids, capacity)),
  visit: (proc: number, user: number, mnt: number, fds: Int32Array) =>
    Number(library().nsh_visit(proc, user, mnt, fds)),
  network: (user: number, net: number) => Number(library().nsh_network(user, net)),
  survey: (words: BigUint64Array) => Number(library().nsh_survey(words)),
});

/** One link under /proc/PID/ns. */
export interface NamespaceLink {
  readonly pid: number;
  /** As in the list of kinds that was asked for. */
  readonly kind: string;
  /** The namespace's inode number; undefined where it may not be read. */
  readonly inode: number | undefined;
}

/** Reads the namespace links of every process in one call: `kinds` are names under /proc/PID/ns. */
export function scanNamespaces(kinds: readonly string[]): NamespaceLink[] {
  const names = cstring(`${kinds.join("\0")}\0`);
  let capacity = 4096;
  for (;;) {
    const records = new BigUint64Array(capacity * 2);
    const count = Number(library().nsh_scan(names, records, capacity));
    if (count < 0) throw new Error(`Cannot read /proc: errno ${-count}`);
    // Processes come and go between two calls: room for some more.
    if (count > capacity) {
      capacity = count + 1024;
      continue;
    }
    const links: NamespaceLink[] = [];
    for (let at = 0; at < count * 2; at += 2) {
      const [head = 0n, inode = 0n] = records.subarray(at, at + 2);
      links.push({
        pid: Number(head & 0xffffffffn),
        kind: kinds[Number(head >> 32n)] ?? "",
        inode: inode === 0n ? undefined : Number(inode),
      });
    }
    return links;
  }
}
