/** A look from inside another network namespace. See setns(2). */
import { AT_FDCWD, SYS } from "./constants.ts";
import { cstring, syscall } from "./ffi.ts";

const [CLONE_NEWNET, O_CLOEXEC] = [0x40000000, 0o2000000];

/**
 * Does `work` with this thread in the network namespace at `path`, and comes back: sockets that are made there
 * stay there. Returns minus the errno where it cannot be entered.
 */
export function inNetwork<T>(path: string, work: () => T): T | number {
  const home = syscall(SYS.openat, AT_FDCWD, cstring("/proc/thread-self/ns/net"), O_CLOEXEC);
  if (home < 0) return home;
  const there = syscall(SYS.openat, AT_FDCWD, cstring(path), O_CLOEXEC);
  const error = there < 0 ? there : syscall(SYS.setns, there, CLONE_NEWNET);
  if (there >= 0) syscall(SYS.close, there);
  try {
    return error < 0 ? error : work();
  } finally {
    if (error >= 0) syscall(SYS.setns, home, CLONE_NEWNET);
    syscall(SYS.close, home);
  }
}
