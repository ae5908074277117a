/** What a filter may answer, see seccomp(2). */

/** SECCOMP_RET_… of <linux/seccomp.h>, with the data of ERRNO and TRACE in the lower half. */
export type Action = number;

/** Names to SECCOMP_RET_… */
export const RET = {
  KILL_PROCESS: 0x80000000,
  KILL_THREAD: 0x00000000,
  TRAP: 0x00030000,
  ERRNO: 0x00050000,
  TRACE: 0x7ff00000,
  LOG: 0x7ffc0000,
  ALLOW: 0x7fff0000,
} as const satisfies Readonly<Record<string, Action>>;

/** The largest errno that a filter can return; the kernel lowers greater ones. */
export const MAX_ERRNO = 4095;

/** EPERM: known and refused. */
export const EPERM = 1;

/** ENOSYS: programs take it for a kernel without the call, and do without. */
export const ENOSYS = 38;

/** The call returns `errno` without being made. */
export const refuse = (errno: number): Action => RET.ERRNO + errno;

/** An action without its data. */
export const actionOf = (action: Action): Action => (action & 0xffff0000) >>> 0;

/** Whether `a` is stricter than `b`: among several filters the kernel takes the strictest, and so do we among rules. */
export const isStricter = (a: Action, b: Action): boolean => (actionOf(a) | 0) < (actionOf(b) | 0);

/** Whether the call is made. */
export const lets = (action: Action): boolean => action === RET.ALLOW || action === RET.LOG;
