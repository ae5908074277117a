/** The last steps of every plan. */
import type { Operation } from "../operation.ts";

/** Rows of the operation table, see `../ops.ts`. */
export const END = {
  chdir: {
    where: "inside",
    undo: "ends",
    says: "Go to the directory {path}",
    call: "chdir",
    man: "chdir(2)",
    fields: { path: "path" },
  },
  close_fds: {
    where: "inside",
    undo: "ends",
    says: "Close every descriptor above 2 except {keep}",
    call: "close_range",
    man: "close_range(2)",
    fields: { keep: "string" },
  },
  die_with_monitor: {
    where: "inside",
    undo: "ends",
    says: "Ask to be killed when the monitor dies, and see that it lives",
    call: "prctl PR_SET_PDEATHSIG",
    man: "prctl(2)",
    fields: {},
  },
  restore_signals: {
    where: "inside",
    undo: "ends",
    says: "Give back the signal mask, the ignored signals and the umask as the caller had them",
    call: "rt_sigaction, rt_sigprocmask, umask",
    man: "signal(7)",
    fields: {},
  },
  seccomp: {
    where: "inside",
    undo: "ends",
    says: "Load the system call filter ({program})",
    call: "seccomp",
    man: "seccomp(2)",
    fields: { program: "bpf", flags: "number" },
  },
  trace: {
    where: "inside",
    undo: "ends",
    says: "Have the calls that name files announced to the process behind descriptor {socket} ({program})",
    call: "seccomp SECCOMP_FILTER_FLAG_NEW_LISTENER, sendmsg SCM_RIGHTS",
    man: "seccomp_unotify(2)",
    // The filter answers those calls with SECCOMP_RET_USER_NOTIF; the socket is closed behind it.
    fields: { program: "bpf", socket: "number" },
  },
  exec: {
    where: "inside",
    undo: "ends",
    says: "Execute the command, looked up in {path}",
    call: "execve",
    man: "execve(2)",
    fields: { path: "string" },
  },
} as const satisfies Readonly<Record<string, Operation>>;
