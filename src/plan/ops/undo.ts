/** What is to be taken back when a run ends, written down before it is made. */
import type { Operation } from "../operation.ts";

/** Rows of the operation table, see `../ops.ts`. */
export const UNDO = {
  undo_list: {
    where: "before",
    undo: "removed by the monitor, with all that it lists taken back",
    says: "Begin a list of what is to be taken back, {id}, in {state} (or {otherwise}); a killed monitor's is carried out by the next nsbox",
    call: "mkdir, openat, flock",
    man: "flock(2)",
    fields: { state: "path", otherwise: "path", id: "string" },
  },
  undo: {
    where: "before",
    undo: "ends",
    says: "Take back what the list {path} names, unless its run is alive",
    call: "flock, unlink",
    man: "flock(2)",
    fields: { path: "path" },
  },
} as const satisfies Readonly<Record<string, Operation>>;
