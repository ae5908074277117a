/** Namespaces that get a name in a directory, so that they outlive their processes. */
import type { Operation } from "../operation.ts";

const UNDO = "the monitor, where a later step fails";

/** Rows of the operation table, see `../ops.ts`. */
export const PERSIST = {
  bind_namespaces: {
    where: "outside",
    undo: UNDO,
    says: "Bind these namespaces of the process in {path}, which is made where it is absent: {flags}",
    call: "mkdir, open_tree, move_mount, mount MS_PRIVATE, mount MS_BIND",
    man: "namespaces(7)",
    // state: nsbox's own directory; id: the name of the record there of what was made.
    // otherwise: printed where the kernel refuses the mount namespace, and the others are bound without it.
    fields: { path: "path", flags: "clone_flags", state: "path", id: "string", otherwise: "string" },
  },
  keep_namespaces: {
    where: "before",
    undo: UNDO,
    says: "Bind these namespaces of process {pid} in {path}, which is made where it is absent: {flags}",
    call: "mkdir, open_tree, move_mount, mount MS_PRIVATE, mount MS_BIND",
    man: "namespaces(7)",
    fields: {
      path: "path",
      flags: "clone_flags",
      state: "path",
      id: "string",
      otherwise: "string",
      pid: "number",
    },
  },
} as const satisfies Readonly<Record<string, Operation>>;
