/** An init of ours as PID 1. */
import type { Operation } from "../operation.ts";

/** Rows of the operation table, see `../ops.ts`. */
export const INIT = {
  init_file: {
    where: "before",
    undo: "ends",
    says: "Copy the helper, without the plan, into a sealed file, to be executed as PID 1",
    call: "memfd_create",
    man: "memfd_create(2)",
    kind: "pid",
    // session: a directory to put it in where memory files may not be executed.
    fields: { session: "string" },
  },
  init: {
    where: "inside",
    undo: "ends",
    says: "Fork; execute the helper anew as PID 1, which reaps and hands on signals; go on as PID 2",
    call: "clone, execveat",
    man: "pid_namespaces(7)",
    kind: "pid",
    // mode, flags: see INIT_MODE and INIT_FLAG in ../constants.ts; process, all: timeouts in seconds.
    fields: { mode: "number", flags: "number", process: "number", all: "number", path: "string" },
  },
} as const satisfies Readonly<Record<string, Operation>>;
