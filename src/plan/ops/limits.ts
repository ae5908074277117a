/** The command's cgroups: made, given limits, and the command put into them. See cgroups(7). */
import type { Operation } from "../operation.ts";

/** Rows of the operation table, see `../ops.ts`. */
export const LIMITS = {
  cgroup_make: {
    where: "before",
    undo: "the monitor: all that is in the group is killed, and it is removed",
    says: "Make the cgroup {path}",
    call: "mkdir",
    man: "cgroups(7)",
    fields: {
      path: "path",
      // Where the hierarchy is mounted: what lacks between it and the group is made too.
      point: "path",
      // Below that nothing is removed that was not made; nsbox's own directory goes whenever it is empty.
      own: "string",
      // v2: what is to be had in the group, "memory pids". Each group above it has to hand that down.
      controllers: "string",
      // 1: v1's cpuset, where a new group takes nobody before it has processors and memory.
      inherit: "number",
      // 1: where it cannot be had the run goes on without.
      optional: "number",
    },
  },
  cgroup_aside: {
    where: "before",
    undo: "goes with the group above it",
    says: "Move the monitor out of the way, into the cgroup {path}: beside processes a group hands down no controllers",
    call: "mkdir, write",
    man: "cgroups(7)",
    fields: { path: "path" },
  },
  cgroup_write: {
    where: "before",
    undo: "goes with the group",
    says: "Write {value} to {path}, and read it back ({option})",
    call: "write, read",
    man: "cgroups(7)",
    fields: {
      path: "path",
      value: "string",
      // What was typed, for words alone.
      option: "string",
      // Words that one line of the file has then; "" for no look.
      reads: "string",
      // Less than this may be missing from a number that is read back.
      rounds: "number",
      // 1: that counts where the file reads a number alone; else nobody knows what it reads after a write.
      number: "number",
      // Where the file is not there: 0 an error, 1 the next one is its other name, 2 it does not matter.
      absent: "number",
      // 1: say what is read back, where it is another number.
      say: "number",
    },
  },
  cgroup_enter: {
    where: "before",
    undo: "ends",
    says: "Open the cgroup {path}; the process to come is put there before all else",
    call: "openat, write, clone3 CLONE_INTO_CGROUP",
    man: "cgroups(7)",
    fields: { path: "path", version: "number", optional: "number" },
  },
  cgroup_watch: {
    where: "before",
    undo: "ends",
    says: "At the end, see in {path} whether it counts {key}",
    call: "read",
    man: "cgroups(7)",
    // figures: files beside it whose numbers are wanted then, parted by a space.
    fields: { path: "path", key: "string", figures: "string" },
  },
  unshare_cgroup: {
    where: "before",
    undo: "ends",
    says: "Let the process to come make a cgroup namespace, whose root are the groups that it is in then",
    call: "unshare",
    man: "cgroup_namespaces(7)",
    kind: "cgroup",
    fields: {},
  },
} as const satisfies Readonly<Record<string, Operation>>;
