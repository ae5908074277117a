/** What stands at both ends of every plan: the standard descriptors, the command. */
import type { Operation } from "../operation.ts";

/** Rows of the operation table, see `../ops.ts`. */
export const START = {
  say: {
    where: "any",
    undo: "ends",
    says: "Print {text}",
    call: "write",
    man: "write(2)",
    fields: { text: "string" },
  },
  standard_fds: {
    where: "before",
    undo: "ends",
    says: "Refuse a directory, a path handle or a namespace as standard input, output or error; open closed ones on /dev/null",
    call: "fstat, openat",
    man: "proc_pid_fd(5)",
    fields: {},
  },
  restore_nofile: {
    where: "before",
    undo: "ends",
    says: "Give the command the caller's limit on open files",
    call: "prlimit64",
    man: "prlimit(2)",
    fields: {},
  },
} as const satisfies Readonly<Record<string, Operation>>;
