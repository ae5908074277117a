/** Programs that run outside, beside the command, and end with it. */
import type { Operation } from "../operation.ts";

/** Rows of the operation table, see `../ops.ts`. */
export const BESIDE = {
  run_beside: {
    where: "outside",
    undo: "the monitor, or a process of its own where that is killed",
    says: "Start {text}, which ends with the command, and wait until it is ready",
    call: "socketpair, clone, execve",
    man: "execve(2)",
    // words: behind the program's path, parted by 0x1f; "{pid}" is the command's PID. network: 1 where its
    // standard input is the command's network namespace. tells: 1 where it writes to descriptor 3 when it is
    // ready; else it goes into the background then.
    fields: {
      text: "string",
      tool: "path",
      words: "string",
      network: "number",
      tells: "number",
    },
  },
} as const satisfies Readonly<Record<string, Operation>>;
