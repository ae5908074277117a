/** What confines a command in a container that is there: as the container's own plan has it, or its process. */
import type { Op, Plan } from "../../plan/plan.ts";
import { ALL_CAPABILITIES, capabilityNames, capabilitySet } from "../../sys/capabilities.ts";
import { resourceNumber } from "../../sys/resources.ts" with { type: "macro" };
import { SCOPE } from "../security/scope.ts";
import type { Confinement } from "./request.ts";

/** A compiled filter in base64, with its flags: see seccomp(2). */
export interface Filter {
  readonly program: string;
  readonly flags: number;
}

/** Who a process is and what it may do; ids are those inside. */
export interface Credentials {
  readonly ids: { readonly uid: number; readonly gid: number };
  readonly groups: readonly number[];
  /** Sets, see `src/sys/capabilities.ts`. */
  readonly bounding: number;
  readonly permitted: number;
  readonly ambient: number;
  readonly noNewPrivs: boolean;
}

/** A user to become instead. */
export interface User {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

const RLIMIT_CORE = resourceNumber("core");

/** What is in both sets. */
export const common = (a: number, b: number): number => {
  const others: readonly string[] = capabilityNames(b);
  return capabilitySet(capabilityNames(a).filter((name) => others.includes(name)));
};

/** Operations of a run that hold for whatever else is executed in its container. */
const TAKEN: readonly Op["op"][] = [
  ...(["set_up_ids", "keyring", "nice", "cpu_affinity", "limit", "groups", "ids", "capabilities"] as const),
  ...(["no_new_privs", "landlock_ruleset", "landlock_path", "landlock_port", "landlock_restrict"] as const),
  ...(["guard_terminal", "seccomp"] as const),
];

/**
 * As the container's own plan has it, but never more than `bounding`, what its process has at most. Signals are
 * not kept inside: those of the container are outside of a Landlock domain that is made anew.
 */
export function confinementOf({ ops }: Plan, bounding: number): Confinement {
  const unmapped = ops.some(({ op }) => op === "unmapped_user");
  const capabilities = ops.findIndex(({ op }) => op === "capabilities");
  const end = ops.findIndex(({ op }) => op === "restore_signals");
  const first: Op[] = [];
  const limits: Op[] = [];
  const filters: Op[] = [];
  for (const [index, op] of ops.entries()) {
    if (!TAKEN.includes(op.op)) continue;
    // The namespace without a map is entered as it is: nobody can become anybody there.
    if (unmapped && (op.op === "set_up_ids" || op.op === "groups" || op.op === "ids")) continue;
    if (op.op === "seccomp" && index > end) filters.push(op);
    else if (op.op === "limit" && index > capabilities) limits.push(op);
    else first.push(adapted(op, bounding));
  }
  return { first: withoutEmptyRuleset(first), limits, filters };
}

function adapted(op: Op, most: number): Op {
  if (op.op === "landlock_ruleset") return { ...op, scope: op.scope & ~SCOPE.signals };
  if (op.op !== "capabilities") return op;
  const [bounding, permitted, ambient] = [op.bounding, op.permitted, op.ambient].map((set) =>
    common(set, most),
  );
  return { ...op, bounding: bounding!, permitted: permitted!, ambient: ambient!, required: 0 };
}

/** A ruleset against nothing restricts nothing. */
function withoutEmptyRuleset(ops: readonly Op[]): Op[] {
  const ruleset = ops.find((op) => op.op === "landlock_ruleset");
  const isEmpty = ruleset !== undefined && !ruleset.filesystem && !ruleset.tcp && !ruleset.scope;
  return isEmpty ? ops.filter(({ op }) => !op.startsWith("landlock_")) : [...ops];
}

/** As a process has it that nsbox did not start. Without no_new_privs filters are for who may do anything yet. */
export function confinementLike(who: Credentials, filters: readonly Filter[]): Confinement {
  const { bounding, permitted, ambient, noNewPrivs } = who;
  const loads = filters.map((filter): Op => ({ op: "seccomp", ...filter }));
  const guard: Op = { op: "guard_terminal" };
  const first: Op[] = [
    { op: "keyring" },
    { op: "limit", resource: RLIMIT_CORE, soft: 1, hard: 1, lower: 1 },
    { op: "groups", gids: who.groups.join(), optional: 1 },
    ...(noNewPrivs ? [] : [guard, ...loads]),
    { op: "ids", ...who.ids },
    { op: "capabilities", bounding, permitted, ambient, required: 0 },
    ...(noNewPrivs ? [{ op: "no_new_privs" } satisfies Op, guard] : []),
  ];
  return { first, limits: [], filters: noNewPrivs ? loads : [] };
}

/** The same for another user, who as root has all that root may have there, and else what programs inherit. */
export function asUser(confinement: Confinement, { uid, gid, groups }: User): Confinement {
  const first = confinement.first.flatMap((op): Op[] => {
    if (op.op === "groups" || op.op === "ids") return [];
    if (op.op !== "capabilities") return [op];
    const { bounding, ambient } = op;
    return [
      { op: "groups", gids: groups.join(), optional: groups.length === 0 ? 1 : 0 },
      { op: "ids", uid, gid },
      { ...op, permitted: uid === 0 ? bounding : ambient, ambient: uid === 0 ? 0 : ambient },
    ];
  });
  return { ...confinement, first };
}

const IDENTITY: readonly Op["op"][] = ["set_up_ids", "groups", "ids", "capabilities"];

/** Nothing of it but who the command is, the limits, and the guard of the caller's terminal. */
export function unconfined({ first, limits }: Confinement): Confinement {
  const ids = first.find((op) => op.op === "ids");
  const ambient = ids === undefined || ids.uid === 0 ? 0 : ALL_CAPABILITIES;
  const all: Op = {
    op: "capabilities",
    bounding: ALL_CAPABILITIES,
    permitted: ALL_CAPABILITIES,
    ambient,
    required: 0,
  };
  const of = (names: readonly Op["op"][]) => first.filter(({ op }) => names.includes(op));
  return {
    first: [
      ...of(["keyring", "limit", "nice", "cpu_affinity", "set_up_ids"]),
      { op: "guard_terminal" },
      ...of(IDENTITY.slice(1)).map((op) => (op.op === "capabilities" ? all : op)),
    ],
    limits,
    filters: [],
  };
}
