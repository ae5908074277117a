/**
 * The system call filters of another process, read by ptrace(2): PTRACE_SECCOMP_GET_FILTER, for root alone. The
 * process is seized and stopped for a moment; however this ends, it goes on.
 */
import type { Filter } from "../../sandbox/enter/confinement.ts";
import { SYS } from "../../sys/constants.ts";
import { syscall } from "../../sys/ffi.ts";

const PTRACE_SEIZE = 0x4206;
const PTRACE_INTERRUPT = 0x4207;
const PTRACE_DETACH = 17;
const PTRACE_SECCOMP_GET_FILTER = 0x420c;
const WNOHANG = 1;
const WALL = 0x40000000;
const ENOENT = 2;
const SIZE_OF_INSTRUCTION = 8;
const MOST_INSTRUCTIONS = 4096;
/** A stop is a matter of microseconds; a process that is frozen never stops. */
const PATIENCE_MS = 1000;

/** In the order in which they were loaded; undefined where they cannot be read. */
export function filtersOf(pid: number): Filter[] | undefined {
  if (syscall(SYS.ptrace, PTRACE_SEIZE, pid, 0, 0) < 0) return undefined;
  const signal = stop(pid);
  if (signal === undefined) return undefined; // who ends lets go of it
  try {
    return readAll(pid);
  } finally {
    syscall(SYS.ptrace, PTRACE_DETACH, pid, 0, signal);
  }
}

/** The signal that it is to get when it goes on, 0 for none; undefined where it does not stop. */
function stop(pid: number): number | undefined {
  if (syscall(SYS.ptrace, PTRACE_INTERRUPT, pid, 0, 0) < 0) return undefined;
  const status = new Int32Array(1);
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    const got = syscall(SYS.wait4, pid, status, WNOHANG | WALL, 0);
    if (got < 0) return undefined;
    if (got === 0) {
      Bun.sleepSync(1);
      continue;
    }
    const word = status[0]!;
    if ((word & 0xff) !== 0x7f) return undefined;
    // A stop by event is ptrace's own; else a signal is on its way to the process.
    return word >> 16 === 0 ? (word >> 8) & 0xff : 0;
  }
  return undefined;
}

function readAll(pid: number): Filter[] | undefined {
  const filters: Filter[] = [];
  for (let index = 0; ; index++) {
    const program = new Uint8Array(MOST_INSTRUCTIONS * SIZE_OF_INSTRUCTION);
    const count = syscall(SYS.ptrace, PTRACE_SECCOMP_GET_FILTER, pid, index, program);
    if (count === -ENOENT) return filters;
    if (count <= 0) return undefined;
    filters.push({ program: program.subarray(0, count * SIZE_OF_INSTRUCTION).toBase64(), flags: 0 });
  }
}
