/** A request to a plan. Pure: it looks at nothing but its arguments. */
import { KINDS, type KindName } from "../ns/kinds.ts";
import { block } from "../plan/block.ts";
import type { Block, EncodedPlan } from "../plan/plan.ts";
import { constantOps } from "./constant-ops.ts" with { type: "macro" };
import { environment } from "./environment.ts";
import { chooseKinds } from "./namespaces.ts";
import type { Caller, RunRequest } from "./request.ts";

const CONSTANT = constantOps();

/** A plan, and the kinds of namespace it makes. */
export interface PlannedRun {
  readonly plan: EncodedPlan;
  readonly kinds: readonly KindName[];
}

/**
 * Plans a run.
 * @throws UsageError where the request contradicts itself.
 */
export function planRun(request: RunRequest, caller: Caller): PlannedRun {
  const kinds = chooseKinds(request, caller);
  const { entries, path } = environment(request, caller);
  const { boottime, monotonic } = request;
  // The clone would freeze the offsets of a time namespace. So the monitor makes it for its child, or the
  // child itself where a user namespace is to own it.
  const hasOffsets = boottime !== undefined || monotonic !== undefined;
  let flags = 0;
  for (const { name, flag } of KINDS) {
    if (kinds.includes(name) && !(hasOffsets && name === "time")) flags += flag;
  }
  const blocks: Block[] = [CONSTANT.begin];
  addRootBefore(blocks, request.root, kinds, caller);
  const owned = kinds.includes("user");
  if (hasOffsets && !owned) blocks.push(block({ op: "child_time_offsets", offsets: offsetsOf(request) }));
  blocks.push(block({ op: "clone", flags }));
  if (owned) addMaps(blocks, caller);
  if (hasOffsets && owned) blocks.push(block({ op: "time_offsets", offsets: offsetsOf(request) }));
  if (request.hostname !== undefined) blocks.push(block({ op: "hostname", name: request.hostname }));
  if (kinds.includes("net") && request.loopback) blocks.push(CONSTANT.loopback);
  addRootInside(blocks, kinds);
  if (request.cwd !== undefined) blocks.push(block({ op: "chdir", path: request.cwd }));
  blocks.push(
    CONSTANT.guard,
    block({ op: "close_fds", keep: request.preserve.join() }),
    CONSTANT.end,
    block({ op: "exec", path }),
  );
  const plan = {
    blocks,
    argv: request.command,
    env: entries,
    display: display(caller),
    bytes: caller.bytes,
  };
  return { plan, kinds };
}

/** A longer one cannot be that of a session, and would not fit into a path. */
const LONGEST_SESSION = 1024;

/** Root's own; else the session's, if it is an absolute path; else one in /tmp that nobody else can write to. */
function stateDirectory({ uid, env }: Caller): string {
  if (uid === 0) return "/run/nsbox";
  const session = env["XDG_RUNTIME_DIR"];
  return session?.startsWith("/") && session.length < LONGEST_SESSION
    ? `${session}/nsbox`
    : `/tmp/nsbox-${uid}`;
}

/** As /proc/PID/timens_offsets takes them, see time_namespaces(7). */
function offsetsOf({ boottime, monotonic }: RunRequest): string {
  const line = (clock: string, seconds: number | undefined) =>
    seconds === undefined ? "" : `${clock} ${seconds} 0\n`;
  return line("monotonic", monotonic) + line("boottime", boottime);
}

/** The caller is root inside. The kernel wants setgroups denied before an unprivileged gid_map. */
function addMaps(blocks: Block[], { uid, gid }: Caller): void {
  if (uid !== 0) blocks.push(block({ op: "deny_setgroups" }));
  blocks.push(block({ op: "uid_map", map: `0 ${uid} 1\n` }), block({ op: "gid_map", map: `0 ${gid} 1\n` }));
}

/** What the monitor does to the root filesystem before the clone. */
function addRootBefore(blocks: Block[], root: string, kinds: readonly KindName[], caller: Caller): void {
  blocks.push(block({ op: "open_root", path: root }));
  if (!kinds.includes("mnt")) return;
  blocks.push(block({ op: "lock_root", state: stateDirectory(caller) }), CONSTANT.devPoint);
  if (kinds.includes("pid")) blocks.push(CONSTANT.procPoint);
  if (kinds.includes("net")) blocks.push(CONSTANT.sysPoint);
  blocks.push(CONSTANT.tmpPoint);
}

/** What the child does with it. */
function addRootInside(blocks: Block[], kinds: readonly KindName[]): void {
  if (!kinds.includes("mnt")) {
    blocks.push(CONSTANT.chroot);
    return;
  }
  blocks.push(CONSTANT.root, kinds.includes("user") ? CONSTANT.devptsMapped : CONSTANT.devpts);
  if (kinds.includes("pid")) blocks.push(CONSTANT.proc);
  if (kinds.includes("net")) blocks.push(CONSTANT.sys);
  blocks.push(CONSTANT.enter);
}

/** What a report of failure needs to know of the caller's terminal. */
function display({ env, color }: Caller): string {
  if (color === "never" || (env["NO_COLOR"] && color !== "always")) return "NO_COLOR=1";
  return env["CLICOLOR_FORCE"] || color === "always" ? "CLICOLOR_FORCE=1" : `TERM=${env["TERM"] ?? "dumb"}`;
}
