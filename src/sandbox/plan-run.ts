/** A request to a plan. Pure: it looks at nothing but its arguments. */
import { KINDS, type KindName } from "../ns/kinds.ts";
import type { Op, Plan } from "../plan/plan.ts";
import { constantOps } from "./constant-ops.ts" with { type: "macro" };
import { environment } from "./environment.ts";
import { checkHostname } from "./hostname.ts";
import { chooseKinds } from "./namespaces.ts";
import type { Caller, RunRequest } from "./request.ts";

const CONSTANT = constantOps();

/** A plan, and the kinds of namespace it makes. */
export interface PlannedRun {
  readonly plan: Plan;
  readonly kinds: readonly KindName[];
}

/**
 * Plans a run.
 * @throws UsageError where the request contradicts itself.
 */
export function planRun(request: RunRequest, caller: Caller): PlannedRun {
  if (request.hostname !== undefined) checkHostname(request.hostname);
  const kinds = chooseKinds(request, caller);
  const { entries, path } = environment(request, caller);
  const ops: Op[] = [...CONSTANT.begin];
  addRootBefore(ops, request.root, kinds, caller);
  ops.push({ op: "clone", flags: cloneFlags(request, kinds) });
  if (kinds.includes("user")) addMaps(ops, caller);
  addNamespaces(ops, request, kinds);
  addRootInside(ops, kinds);
  if (request.cwd !== undefined) ops.push({ op: "chdir", path: request.cwd });
  ops.push(...CONSTANT.guard, { op: "close_fds", keep: request.preserve.join() }, ...CONSTANT.end, {
    op: "exec",
    path,
  });
  const plan = { ops, argv: request.command, env: entries, display: display(caller), bytes: caller.bytes };
  return { plan, kinds };
}

/** Root's own; else the session's; else one in /tmp that nobody else can write to. */
function stateDirectory({ uid, env }: Caller): string {
  if (uid === 0) return "/run/nsbox";
  const session = env["XDG_RUNTIME_DIR"];
  return session ? `${session}/nsbox` : `/tmp/nsbox-${uid}`;
}

/** A time namespace with offsets is made by the child itself: the clone would freeze them. */
const hasOffsets = ({ boottime, monotonic }: RunRequest) => boottime !== undefined || monotonic !== undefined;

function cloneFlags(request: RunRequest, kinds: readonly KindName[]): number {
  let flags = 0;
  for (const { name, flag } of KINDS) {
    if (kinds.includes(name) && !(name === "time" && hasOffsets(request))) flags += flag;
  }
  return flags;
}

/** The caller is root inside. The kernel wants setgroups denied before an unprivileged gid_map. */
function addMaps(ops: Op[], { uid, gid }: Caller): void {
  if (uid !== 0) ops.push({ op: "deny_setgroups" });
  ops.push({ op: "uid_map", map: `0 ${uid} 1\n` }, { op: "gid_map", map: `0 ${gid} 1\n` });
}

function addNamespaces(ops: Op[], request: RunRequest, kinds: readonly KindName[]): void {
  const { boottime, monotonic, hostname } = request;
  if (hasOffsets(request)) {
    const lines = [monotonic === undefined ? "" : `monotonic ${monotonic} 0\n`];
    if (boottime !== undefined) lines.push(`boottime ${boottime} 0\n`);
    ops.push({ op: "time_offsets", offsets: lines.join("") });
  }
  if (hostname !== undefined) ops.push({ op: "hostname", name: hostname });
  if (kinds.includes("net") && request.loopback) ops.push(...CONSTANT.loopback);
}

/** What the monitor does to the root filesystem before the clone. */
function addRootBefore(ops: Op[], root: string, kinds: readonly KindName[], caller: Caller): void {
  ops.push({ op: "open_root", path: root });
  if (!kinds.includes("mnt")) return;
  ops.push({ op: "lock_root", state: stateDirectory(caller) }, ...CONSTANT.devPoint);
  if (kinds.includes("pid")) ops.push(...CONSTANT.procPoint);
  if (kinds.includes("net")) ops.push(...CONSTANT.sysPoint);
  ops.push(...CONSTANT.tmpPoint);
}

/** What the child does with it. */
function addRootInside(ops: Op[], kinds: readonly KindName[]): void {
  if (!kinds.includes("mnt")) {
    ops.push(...CONSTANT.chroot);
    return;
  }
  ops.push(...CONSTANT.root, ...(kinds.includes("user") ? CONSTANT.devptsMapped : CONSTANT.devpts));
  if (kinds.includes("pid")) ops.push(...CONSTANT.proc);
  if (kinds.includes("net")) ops.push(...CONSTANT.sys);
  ops.push(...CONSTANT.enter);
}

/** What a report of failure needs to know of the caller's terminal. */
function display({ env }: Caller): string {
  if (env["NO_COLOR"]) return "NO_COLOR=1";
  return env["CLICOLOR_FORCE"] ? "CLICOLOR_FORCE=1" : `TERM=${env["TERM"] ?? "dumb"}`;
}
