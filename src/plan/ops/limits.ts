/** The command's cgroups. See cgroups(7). */
import type { Operation } from "../operation.ts";

/** Rows of the operation table, see `../ops.ts`. */
export const LIMITS = {
  unshare_cgroup: {
    where: "inside",
    undo: "ends",
    says: "Create a cgroup namespace, whose root are the groups that this process is in now",
    call: "unshare",
    man: "cgroup_namespaces(7)",
    kind: "cgroup",
    fields: {},
  },
} as const satisfies Readonly<Record<string, Operation>>;
