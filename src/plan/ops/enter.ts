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
    // title: for words alone. start: field 22 of proc_pid_stat(5). root, mounts: these are wanted.
    fields: { title: "string", pid: "number", start: "number", root: "number", mounts: "number" },
  },
  enter: {
    where: "clone",
    undo: "ends",
    says: "Enter these namespaces of it all at once, then its root, and create the process there, with no more capabilities than the next steps need: {flags}",
    call: "setns, fchdir, chroot, clone CLONE_PARENT",
    man: "setns(2)",
    // most: what the process may have from its birth on. badness: its oom_score_adj, where that is not the
    // caller's. detach: it gets /dev/null, and nobody waits for it.
    fields: { flags: "clone_flags", most: "capabilities", badness: "string", detach: "number" },
  },
  detach: {
    where: "inside",
    undo: "ends",
    says: "Go on in a child, in a session of its own, that the container's first process inherits",
    call: "clone, setsid",
    man: "setsid(2)",
    fields: {},
  },
  // Containers count from 0 in the order in which they were opened. join: by way of the user namespace that
  // owns its mount namespace, from which an ordinary user's rights come.
  copy_tree: {
    where: "before",
    undo: "ends",
    says: "Copy the mounts at {path}, as nobody sees them yet, with {set}",
    call: "open_tree, mount_setattr",
    man: "open_tree(2)",
    fields: {
      slot: "number",
      path: "path",
      recursive: "number",
      set: "mount_attributes",
      clear: "mount_attributes",
      propagation: "propagation",
      container: "number",
      join: "number",
    },
  },
  shared_tree: {
    where: "before",
    undo: "ends",
    says: "Make one tmpfs ({options}; {set}) for {count} containers, as nobody sees it yet",
    call: "fsopen, fsmount, open_tree",
    man: "fsopen(2)",
    // Slots from 1 on, one for each.
    fields: {
      count: "number",
      options: "string",
      set: "mount_attributes",
      container: "number",
      join: "number",
    },
  },
  attach_tree: {
    where: "before",
    undo: "taken away where a later step fails",
    says: "Attach it to {target} of container {container}",
    call: "setns, openat2, move_mount",
    man: "move_mount(2)",
    fields: { slot: "number", target: "path", container: "number", join: "number" },
  },
  detach_tree: {
    where: "before",
    undo: "ends",
    says: "Take away what is mounted at {target} of container {container}, unless it lies below one of {keep}",
    call: "setns, openat2, umount2",
    man: "umount2(2)",
    // lazy: also while it is in use.
    fields: { target: "path", keep: "string", lazy: "number", container: "number", join: "number" },
  },
} as const satisfies Readonly<Record<string, Operation>>;
