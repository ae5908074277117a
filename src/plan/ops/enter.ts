/** A container that is there already, entered. */
import type { Operation } from "../operation.ts";

/** Rows of the operation table, see `../ops.ts`. */
export const ENTER = {
  open_target: {
    where: "before",
    undo: "ends",
    says: "Open {title} (process {pid}) and its root, and see that it is still the one that was looked at",
    call: "pidfd_open, openat",
    man: "pidfd_open(2)",
    // title: for words alone. start: field 22 of proc_pid_stat(5). root: its root is to be entered.
    fields: { title: "string", pid: "number", start: "number", root: "number" },
  },
  enter: {
    where: "clone",
    undo: "ends",
    says: "Enter these namespaces of it all at once, then its root, and create the process there: {flags}",
    call: "setns, fchdir, chroot, clone CLONE_PARENT",
    man: "setns(2)",
    // detach: the command gets /dev/null, and nobody waits for it.
    fields: { flags: "clone_flags", detach: "number" },
  },
  detach: {
    where: "inside",
    undo: "ends",
    says: "Go on in a child, in a session of its own, that the container's first process inherits",
    call: "clone, setsid",
    man: "setsid(2)",
    fields: {},
  },
  join_cgroup: {
    where: "outside",
    undo: "ends",
    says: "Join the cgroup {path}",
    call: "write",
    man: "cgroups(7)",
    fields: { path: "path" },
  },
} as const satisfies Readonly<Record<string, Operation>>;
