/** Namespaces seen from inside, by a child that enters them for a moment. See setns(2). */
import { AT_FDCWD, SYS } from "./constants.ts";
import { cstring, syscall } from "./ffi.ts";
import { surveyCalls } from "./helper.ts";
import { owningUserNamespace } from "./nsfs.ts";

const EPERM = 1;
const EINVAL = 22;
const O_PATH = 0o10000000;
const O_CLOEXEC = 0o2000000;

/** Descriptors of what was found there. */
export interface Visit {
  /** Its mount table: see proc_pid_mountinfo(5). */
  readonly table: number;
  /** Its root directory. */
  readonly root: number;
}

/**
 * Enters the mount namespace `mnt`, a descriptor; by way of the user namespace that owns it where it is not
 * allowed otherwise. Returns minus the errno where that fails.
 */
export function visitMounts(mnt: number): Visit | number {
  const proc = syscall(SYS.openat, AT_FDCWD, cstring("/proc"), O_PATH | O_CLOEXEC);
  if (proc < 0) return proc;
  const fds = new Int32Array(2);
  let error = surveyCalls().visit(proc, -1, mnt, fds);
  const user = error === -EPERM ? owningUserNamespace(mnt) : -1;
  if (user >= 0) {
    error = surveyCalls().visit(proc, user, mnt, fds);
    syscall(SYS.close, user);
  }
  syscall(SYS.close, proc);
  return error < 0 ? error : { table: fds[0]!, root: fds[1]! };
}

/**
 * A socket of rtnetlink(7) in the network namespace `net`, a descriptor; by way of the user namespace that owns
 * it where it is not allowed otherwise. Returns minus the errno where that fails.
 */
export function visitNetwork(net: number): number {
  const socket = surveyCalls().network(-1, net);
  const user = socket === -EPERM ? owningUserNamespace(net) : -1;
  if (user < 0) return socket;
  const other = surveyCalls().network(user, net);
  syscall(SYS.close, user);
  // That user namespace is the caller's own already.
  return other === -EINVAL ? socket : other;
}
