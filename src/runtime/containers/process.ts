/** Processes that are known by PID and start time: a PID alone may by now be another's. */
import { readFileSync, readlinkSync } from "node:fs";
import { SYS } from "../../sys/constants.ts";
import { syscall } from "../../sys/ffi.ts";

/** A process. PID 0: none. */
export interface ProcessId {
  readonly pid: number;
  /** Clock ticks from boot to its start: field 22 of /proc/PID/stat, see proc_pid_stat(5). */
  readonly start: number;
}

const ESRCH = 3;
const EINTR = 4;
const POLLIN = 1;
const START_BEHIND_NAME = 19;

/** When process `pid` was started, in ticks; undefined where there is none, or only its corpse. */
export function startOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name may hold spaces and parentheses of its own.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : Number(fields[START_BEHIND_NAME]);
  } catch {
    return undefined;
  }
}

/** That very process lives. */
export const isAlive = ({ pid, start }: ProcessId): boolean => pid > 0 && startOf(pid) === start;

const ownNamespace = (): string => readlinkSync("/proc/self/ns/pid");

/** This process, as those who share its PID namespace can find it. */
export const thisProcess = () => ({
  pid: process.pid,
  start: startOf(process.pid) ?? 0,
  namespace: ownNamespace(),
});

/** It is known that it has ended: of another PID namespace nothing is known. */
export const hasEnded = (other: ProcessId & { readonly namespace: string }): boolean =>
  other.namespace === ownNamespace() && !isAlive(other);

/** A descriptor of that very process, see pidfd_open(2); undefined where it has ended. The caller closes it. */
export function openProcess(process: ProcessId): number | undefined {
  if (process.pid <= 0) return undefined;
  const fd = syscall(SYS.pidfd_open, process.pid);
  if (fd < 0) return undefined;
  // Looked at only now: from here on the descriptor and the PID mean the same process, or it has ended.
  if (isAlive(process)) return fd;
  syscall(SYS.close, fd);
  return undefined;
}

/** Sends `signal` to that very process. Returns 0 or minus the errno, ESRCH where it has ended. */
export function signalProcess(process: ProcessId, signal: number): number {
  const fd = openProcess(process);
  if (fd === undefined) return -ESRCH;
  const error = syscall(SYS.pidfd_send_signal, fd, signal);
  syscall(SYS.close, fd);
  return error;
}

/** Waits until that very process has ended, at most `milliseconds`. True where it has. */
export function awaitEnd(process: ProcessId, milliseconds: number): boolean {
  const fd = openProcess(process);
  if (fd === undefined) return true;
  const deadline = performance.now() + milliseconds;
  const poll = new Int32Array([fd, POLLIN]);
  for (;;) {
    const left = Math.max(0, deadline - performance.now());
    const time = new BigInt64Array([
      BigInt(Math.floor(left / 1000)),
      BigInt(Math.floor((left % 1000) * 1e6)),
    ]);
    const ready = syscall(SYS.ppoll, poll, 1, time, 0, 8);
    if (ready === -EINTR) continue;
    syscall(SYS.close, fd);
    return ready > 0;
  }
}
