/** Who the command is: user, groups, capabilities. */
import type { Operation } from "../operation.ts";

/** Rows of the operation table, see `../ops.ts`. */
export const IDENTITY = {
  undumpable: {
    where: "inside",
    undo: "ends",
    says: "Let nobody look into this process",
    call: "prctl PR_SET_DUMPABLE",
    man: "PR_SET_DUMPABLE(2const)",
    fields: {},
  },
  set_up_ids: {
    where: "inside",
    undo: "ends",
    says: "Become user {uid} and group {gid} of the user namespace for the set-up",
    call: "setresgid, setresuid",
    man: "user_namespaces(7)",
    kind: "user",
    // optional: where they are not mapped, stay as it is.
    fields: { uid: "number", gid: "number", optional: "number" },
  },
  groups: {
    where: "inside",
    undo: "ends",
    says: "Set the supplementary groups: {gids}",
    call: "setgroups",
    man: "setgroups(2)",
    // optional: 1 to leave them as they are where they may not be changed.
    fields: { gids: "string", optional: "number" },
  },
  ids: {
    where: "inside",
    undo: "ends",
    says: "Become user {uid} and group {gid}",
    call: "prctl PR_SET_KEEPCAPS, setresgid, setresuid",
    man: "setresuid(2)",
    fields: { uid: "number", gid: "number" },
  },
  unmapped_user: {
    where: "inside",
    undo: "ends",
    says: "Enter a user namespace without any map",
    call: "unshare",
    man: "user_namespaces(7)",
    kind: "user",
    fields: {},
  },
  capabilities: {
    where: "inside",
    undo: "ends",
    says: "Keep these capabilities: {permitted}; at most, by any program: {bounding}; inherited by programs: {ambient}",
    call: "prctl, capset",
    man: "capabilities(7)",
    // required: refused where one of these is not to be had.
    fields: {
      bounding: "capabilities",
      permitted: "capabilities",
      ambient: "capabilities",
      required: "capabilities",
    },
  },
} as const satisfies Readonly<Record<string, Operation>>;
