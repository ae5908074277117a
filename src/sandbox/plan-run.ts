/** A request to a plan. Pure: it looks at nothing but its arguments. */
import { flagOf, KINDS, type KindName } from "../ns/kinds.ts";
import { block } from "../plan/block.ts";
import type { Block, EncodedPlan } from "../plan/plan.ts";
import { constantOps } from "./constant-ops.ts" with { type: "macro" };
import { environment } from "./environment.ts";
import { idBlocks, mapBlocks, setUpBlocks } from "./identity/plan.ts";
import type { Identity } from "./identity/request.ts";
import { type InitRequest, initArgv, initBefore, initInside } from "./init.ts";
import { checkMountJoin, joinBlocks, joinMountBlocks } from "./joins.ts";
import type { LifePart } from "./life.ts";
import type { LimitsPart } from "./limits/part.ts";
import type { MountPart } from "./mounts/part.ts";
import { chooseKinds, ownKinds } from "./namespaces.ts";
import type { NetworkPart } from "./network/part.ts";
import type { Caller, RunRequest } from "./request.ts";
import { rootBefore, rootCopied, rootInside, rootOutside, rootSources } from "./root.ts";
import { securityAfter, securityBefore, securityLast } from "./security/place.ts";
import type { SecurityRequest } from "./security/request.ts";

const CONSTANT = constantOps();

/** A plan, and the kinds of namespace it makes. */
export interface PlannedRun {
  readonly plan: EncodedPlan;
  readonly kinds: readonly KindName[];
  /** Landlock is to close what is shared with the host. */
  readonly scoped: boolean;
  /** Published ports, and what is worth knowing of the network, in words. */
  readonly ports: readonly string[];
  readonly notes: readonly string[];
}

/** What families of options make of a run; all of it absent in a run without them. */
export interface Parts {
  readonly identity?: Identity | undefined;
  readonly mounts?: MountPart | undefined;
  readonly security?: SecurityRequest | undefined;
  readonly life?: LifePart | undefined;
  readonly init?: InitRequest | undefined;
  readonly limits?: LimitsPart | undefined;
  readonly network?: NetworkPart | undefined;
  /** Begins the list of what is to be taken back, where limits or a network make such things. */
  readonly undo?: Block | undefined;
}

/**
 * Plans a run.
 * @throws UsageError where the request contradicts itself.
 */
export function planRun(request: RunRequest, caller: Caller, parts: Parts = {}): PlannedRun {
  const kinds = chooseKinds(request, caller);
  const { identity, mounts, security, life, init, limits, network, undo } = parts;
  const { entries, path } = environment(request, caller, identity);
  const { boottime, monotonic, joins } = request;
  // The clone would freeze the offsets of a time namespace. So the monitor makes it for its child, or the
  // child itself where a user namespace is to own it.
  const hasOffsets = boottime !== undefined || monotonic !== undefined;
  const joined = joins.find(({ kind }) => kind === "mnt");
  if (joined !== undefined) checkMountJoin(joined, request.root, mounts !== undefined);
  const owned = kinds.includes("user");
  // Then the clone copies the joined mount namespace.
  const copied = joined?.copy === true && owned;
  // Their root is what they are made in: the child makes one of cgroups once it has been put in its own.
  const made = (kind: KindName) => (kind === "time" ? hasOffsets : kind === "cgroup" && limits !== undefined);
  let flags = copied ? flagOf("mnt") : 0;
  for (const { name, flag } of KINDS) {
    if (kinds.includes(name) && !made(name)) flags += flag;
  }
  const own = ownKinds(kinds, joins);
  const blocks: Block[] = [CONSTANT.begin];
  if (undo !== undefined) blocks.push(undo);
  if (limits !== undefined) blocks.push(...limits.before);
  if (limits !== undefined && kinds.includes("cgroup")) blocks.push(CONSTANT.ownCgroups);
  if (life !== undefined) blocks.push(...life.before);
  if (joins.length > 0) blocks.push(...joinBlocks(joins, caller.uid));
  if (joined === undefined) rootBefore(blocks, request, own, caller, mounts);
  if (hasOffsets && !owned) blocks.push(block({ op: "child_time_offsets", offsets: offsetsOf(request) }));
  if (network !== undefined) blocks.push(...network.before);
  if (init !== undefined) initBefore(blocks, init);
  blocks.push(block({ op: "clone", flags }));
  if (identity !== undefined) blocks.push(...mapBlocks(identity));
  else if (owned) addMaps(blocks, caller);
  rootOutside(blocks, mounts);
  if (network !== undefined) blocks.push(...network.outside);
  if (life !== undefined) blocks.push(...life.outside);
  if (joins.length > 0) blocks.push(...joinMountBlocks(joins, copied));
  if (hasOffsets && owned) blocks.push(block({ op: "time_offsets", offsets: offsetsOf(request) }));
  if (security !== undefined && security.oomScoreAdj !== undefined) {
    blocks.push(block({ op: "oom_score_adj", score: security.oomScoreAdj }));
  }
  blocks.push(CONSTANT.undumpable);
  rootSources(blocks, mounts);
  if (identity !== undefined) blocks.push(...setUpBlocks(identity));
  if (request.hostname !== undefined) blocks.push(block({ op: "hostname", name: request.hostname }));
  if (kinds.includes("net") && request.loopback) blocks.push(CONSTANT.loopback);
  if (network !== undefined) blocks.push(...network.inside);
  if (joined === undefined) {
    rootInside(blocks, request, own, mounts, owned ? (identity?.ttyGroup ?? false) : undefined);
  } else if (joined.copy) rootCopied(blocks, mounts);
  const around = {
    security,
    netIsShared: isShared("net", kinds, joins),
    pidIsJoined: joins.some(({ kind }) => kind === "pid"),
    isRoot: identity?.isRoot ?? true,
    chroot: !kinds.includes("mnt") && joined === undefined,
  };
  // The filter, which may come early, refuses the namespace without a map.
  if (identity?.unmapped) blocks.push(...idBlocks(identity));
  securityBefore(blocks, around);
  if (identity !== undefined) {
    if (!identity.unmapped) blocks.push(...idBlocks(identity));
  } else if (!owned || caller.uid === 0) blocks.push(CONSTANT.noGroups);
  if (life !== undefined) blocks.push(...life.inside);
  securityAfter(blocks, around);
  if (request.cwd !== undefined) blocks.push(block({ op: "chdir", path: request.cwd }));
  securityLast(blocks, around, request.preserve);
  if (init !== undefined) initInside(blocks, init, path);
  blocks.push(block({ op: "exec", path }));
  const plan = {
    blocks,
    argv: init === undefined ? request.command : initArgv(init, request.command),
    env: entries,
    display: display(caller),
    bytes: caller.bytes,
  };
  return {
    plan,
    kinds,
    scoped: (around.netIsShared || isShared("pid", kinds, joins)) && security?.landlock.off !== true,
    ports: network?.ports ?? [],
    notes: network?.notes ?? [],
  };
}

/** The kind is the host's. */
const isShared = (kind: KindName, kinds: readonly KindName[], joins: RunRequest["joins"]): boolean =>
  !kinds.includes(kind) && joins.findIndex((join) => join.kind === kind) < 0;

/** As /proc/PID/timens_offsets takes them, see time_namespaces(7). */
function offsetsOf({ boottime, monotonic }: RunRequest): string {
  const line = (clock: string, seconds: number | undefined) =>
    seconds === undefined ? "" : `${clock} ${seconds} 0\n`;
  return line("monotonic", monotonic) + line("boottime", boottime);
}

/** The caller is root inside. The kernel wants setgroups denied before an unprivileged gid_map. */
export function addMaps(blocks: Block[], { uid, gid }: Caller): void {
  if (uid !== 0) blocks.push(block({ op: "deny_setgroups" }));
  blocks.push(block({ op: "uid_map", map: `0 ${uid} 1\n` }), block({ op: "gid_map", map: `0 ${gid} 1\n` }));
}

/** What a report of failure needs to know of the caller's terminal: one variable. */
export function display({ env, color }: Caller): string {
  if (color === "never" || (env["NO_COLOR"] && color !== "always")) return "NO_COLOR=1";
  return env["CLICOLOR_FORCE"] || color === "always" ? "CLICOLOR_FORCE=1" : `TERM=${env["TERM"] ?? "dumb"}`;
}
