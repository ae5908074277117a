/** A request to a plan. Pure: it looks at nothing but its arguments. */
import { KINDS, type KindName } from "../ns/kinds.ts";
import type { Op, Plan } from "../plan/plan.ts";
import { environment } from "./environment.ts";
import { checkHostname } from "./hostname.ts";
import { chooseKinds } from "./namespaces.ts";
import type { Caller, RunRequest } from "./request.ts";
import { rootBefore, rootInside } from "./root.ts";

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
  const ops: Op[] = [
    { op: "standard_fds" },
    { op: "restore_nofile" },
    ...rootBefore(request.root, kinds, stateDirectory(caller)),
    { op: "clone", flags: cloneFlags(request, kinds) },
  ];
  if (kinds.includes("user")) ops.push(...identity(caller));
  ops.push(...inNamespaces(request, kinds), ...rootInside(kinds));
  if (request.cwd !== undefined) ops.push({ op: "chdir", path: request.cwd });
  ops.push(
    { op: "guard_terminal" },
    { op: "close_fds", keep: request.preserve.join() },
    { op: "die_with_monitor" },
    { op: "restore_signals" },
    { op: "exec", path },
  );
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
function identity({ uid, gid }: Caller): Op[] {
  const maps: Op[] = [
    { op: "uid_map", map: `0 ${uid} 1\n` },
    { op: "gid_map", map: `0 ${gid} 1\n` },
  ];
  return uid === 0 ? maps : [{ op: "deny_setgroups" }, ...maps];
}

function inNamespaces(request: RunRequest, kinds: readonly KindName[]): Op[] {
  const { boottime, monotonic, hostname } = request;
  const ops: Op[] = [];
  if (hasOffsets(request)) {
    const lines = [monotonic === undefined ? "" : `monotonic ${monotonic} 0\n`];
    if (boottime !== undefined) lines.push(`boottime ${boottime} 0\n`);
    ops.push({ op: "time_offsets", offsets: lines.join("") });
  }
  if (hostname !== undefined) ops.push({ op: "hostname", name: hostname });
  if (kinds.includes("net") && request.loopback) ops.push({ op: "link_up", name: "lo" });
  return ops;
}

/** What a report of failure needs to know of the caller's terminal. */
function display({ env }: Caller): string {
  if (env["NO_COLOR"]) return "NO_COLOR=1";
  return env["CLICOLOR_FORCE"] ? "CLICOLOR_FORCE=1" : `TERM=${env["TERM"] ?? "dumb"}`;
}
