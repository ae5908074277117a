/** Chooses what confines a command in a container: its stored plan, or what the kernel tells of its process. */
import type { Plan } from "../../plan/plan.ts";
import {
  asUser,
  confinementOf,
  type Filter,
  type User,
  unconfined,
} from "../../sandbox/enter/confinement.ts";
import type { Confinement } from "../../sandbox/enter/request.ts";
import { HOST, inRoot } from "../../sandbox/identity/accounts.ts";
import { findUser } from "../../sandbox/identity/look-up.ts";
import { NsboxError } from "../../util/errors.ts";
import { type Found, foreign } from "./foreign.ts";
import { deniesSetgroups, isMappedIn } from "./id-map.ts";
import { namespaceOf, statusOf } from "./process.ts";
import type { Target } from "./target.ts";

/** How the command differs from what else runs there. */
export interface Differences {
  /** `USER[:GROUP]` of the container. */
  readonly user: string | undefined;
  readonly privileged: boolean;
}

/** `plan`: that of the container, where nsbox started it. */
export function confine(
  target: Target,
  plan: Plan | undefined,
  { user, privileged }: Differences,
): Found & { readonly home?: string } {
  const found = usual(target, plan);
  const other = user === undefined ? undefined : findUser(user, readerFor(target));
  const own = other === undefined ? found.confinement : become(found.confinement, target, other);
  const confinement = privileged ? unconfined(own) : own;
  // Nothing is worth a note of what is not to hold.
  const notes = privileged ? [] : found.notes;
  return { confinement, notes, ...(other === undefined ? {} : { home: other.home }) };
}

/** Accounts are those of the root that the command will have. */
const readerFor = ({ pid, root }: Target) => (root ? inRoot(`/proc/${pid}/root`) : HOST);

function usual(target: Target, plan: Plan | undefined): Found {
  const { pid, kinds } = target;
  if (plan === undefined) return foreign(target, undefined);
  const inside = kinds.includes("user") || namespaceOf(pid, "user") === namespaceOf("self", "user");
  // Its ids are those of a user namespace that is not entered.
  if (!inside) return foreign(target, storedFilters(plan));
  const bounding = statusOf(pid)?.bounding ?? 0;
  return { confinement: confinementOf(plan, bounding), notes: [] };
}

const storedFilters = ({ ops }: Plan): Filter[] =>
  ops.flatMap((op) => (op.op === "seccomp" ? [{ program: op.program, flags: op.flags }] : []));

function become(confinement: Confinement, { pid, kinds }: Target, found: User): Confinement {
  if (!kinds.includes("user")) return asUser(confinement, found);
  const isGroup = isMappedIn(pid, "gid_map");
  for (const [what, id, mapped] of [
    ["user", found.uid, isMappedIn(pid, "uid_map")(found.uid)],
    ["group", found.gid, isGroup(found.gid)],
  ] as const) {
    if (mapped) continue;
    throw new NsboxError(`Cannot become ${what} ${id}`, {
      cause: `the container's user namespace does not map it`,
      code: "identity",
    });
  }
  // Groups that merely come with the account are left out where none can be had.
  const groups = deniesSetgroups(pid) ? [] : found.groups.filter(isGroup);
  return asUser(confinement, { uid: found.uid, gid: found.gid, groups });
}
