/**
 * Which capabilities a process has towards a namespace: the rule by which the kernel decides, see
 * "Capabilities" in user_namespaces(7).
 */
import { capabilityNames } from "../sys/capabilities.ts";
import type { Details, Namespace, Process, Snapshot } from "./model.ts";

/** The number that stands for users without a number here, see user_namespaces(7). */
const OVERFLOW_UID = 65534;

/** The id of the initial user namespace, the same in every kernel: PROC_USER_INIT_INO. */
const INITIAL_USER = 0xeffffffd;

/**
 * The rule that decides, from the target's user namespace up:
 * - `own`: it is the process's own, where its effective set holds;
 * - `below`: the process's own is above it, and its effective set holds there too;
 * - `creator`: the process's own is the parent of one that its effective user owns: all capabilities;
 * - `elsewhere`: the process's own is neither it nor above it: none;
 * - `unknown`: what it takes to tell is out of reach.
 */
export type Rule = "own" | "below" | "creator" | "elsewhere" | "unknown";

/** What a process may towards a namespace, and what decided it. */
export interface CapabilitiesIn {
  readonly rule: Rule;
  /** The user namespace that decides: the target's owner, or a user namespace itself. null: out of reach. */
  readonly user: number | null;
  /** For `creator`: the user namespace that the process's effective user owns. */
  readonly made: number | null;
  /** Names of its capabilities towards the target. null: not known. */
  readonly capabilities: readonly string[] | null;
  /** All that there are. */
  readonly all: boolean;
  /** The nearest user namespace that is the process's own or above it, and the target's or above it. */
  readonly common: number | null;
  /** From below the common one down to the process's own, and to the target's. */
  readonly processBranch: readonly number[];
  readonly targetBranch: readonly number[];
}

/** The user namespaces from `id` up, and whether the last of them is the topmost of all. */
export function userChain(snapshot: Snapshot, id: number | undefined): { ids: number[]; complete: boolean } {
  const users = usersOf(snapshot);
  // A dump may hold circles.
  const ids = new Set<number>();
  let at = id === undefined ? undefined : users.get(id);
  for (; at !== undefined && !ids.has(at.id); at = users.get(at.parent ?? at.owner ?? Number.NaN)) {
    ids.add(at.id);
    if (at.initial) return { ids: [...ids], complete: true };
  }
  return { ids: [...ids], complete: false };
}

const usersOf = (snapshot: Snapshot): Map<number, Namespace> =>
  new Map(snapshot.namespaces.filter(({ kind }) => kind === "user").map((one) => [one.id, one]));

/** Whether two users are the same; undefined where their numbers may stand for others. */
function sameUser(snapshot: Snapshot, a: number | null, b: number | null): boolean | undefined {
  if (a === null || b === null) return undefined;
  const own = snapshot.namespaces.find(({ id }) => id === snapshot.viewer.namespaces.user);
  if (a === OVERFLOW_UID && b === OVERFLOW_UID && own?.initial !== true) return undefined;
  return a === b;
}

/** Names in a mask as /proc writes it; those that are newer than the table go by their numbers. */
export function maskNames(mask: string): string[] {
  const set = BigInt(`0x${mask}`);
  const names = capabilityNames(Number(set & 0x1ff_ffff_ffffn)).map((name) => `CAP_${name}`);
  for (let number = 41n; number < 64n; number++) if ((set >> number) & 1n) names.push(`CAP_${number}`);
  return names;
}

/** Every capability of the kernel that the snapshot is of, as far as its processes show. */
function everyCapability(details: Details | null): string[] {
  // The bounding set of any process is the best witness; the whole set never has fewer.
  const known = maskNames("1ffffffffff");
  const more = maskNames(details?.capabilities?.bounding ?? "0").filter((name) => !known.includes(name));
  return [...known, ...more];
}

/**
 * What `process` may towards `target`.
 * @param details - those of the process; null where they are not known
 */
export function capabilitiesIn(
  snapshot: Snapshot,
  process: Process,
  details: Details | null,
  target: Namespace,
): CapabilitiesIn {
  // What was made with the kernel belongs to the initial user namespace, in reach or not.
  const owner = target.owner ?? (target.initial ? INITIAL_USER : null);
  const user = target.kind === "user" ? target.id : owner;
  const own = process.namespaces.user;
  const up = userChain(snapshot, user ?? undefined);
  const ownUp = userChain(snapshot, own);
  const owns = new Set(ownUp.ids);
  const common = up.ids.find((id) => owns.has(id)) ?? null;
  const branch = (ids: readonly number[]) =>
    (common === null ? ids : ids.slice(0, ids.indexOf(common))).toReversed();
  const found = {
    user,
    common,
    processBranch: branch(ownUp.ids),
    targetBranch: branch(up.ids),
  };
  const none = { made: null, all: false, ...found };
  const at = own === undefined ? -1 : up.ids.indexOf(own);
  if (at < 0) {
    // Where a common one is known, the process's own lies beside the target's, not above.
    const known = up.complete || common !== null || user === INITIAL_USER;
    const beside = own !== undefined && user !== null && known;
    return beside
      ? { rule: "elsewhere", capabilities: [], ...none }
      : { rule: "unknown", capabilities: null, ...none };
  }
  const users = usersOf(snapshot);
  const child = at === 0 ? undefined : users.get(up.ids[at - 1]!);
  const isCreator = child === undefined ? false : sameUser(snapshot, child.uid, process.uid);
  if (isCreator) {
    const capabilities = everyCapability(details);
    return { rule: "creator", capabilities, ...none, made: child!.id, all: true };
  }
  const effective = details?.capabilities?.effective;
  const capabilities = effective === undefined ? null : maskNames(effective);
  const all = capabilities !== null && everyCapability(null).every((name) => capabilities.includes(name));
  // With all of them in effect it makes no difference who made it.
  if (isCreator === undefined && !all) return { rule: "unknown", capabilities: null, ...none };
  return { rule: at === 0 ? "own" : "below", capabilities, ...none, all };
}
