/** From a request to a plan that enters a container. Pure: it looks at nothing but its arguments. */
import { flagOf } from "../../ns/kinds.ts";
import { block } from "../../plan/block.ts";
import type { EncodedPlan, Op } from "../../plan/plan.ts";
import {
  ALL_CAPABILITIES,
  type CapabilityName,
  capabilityNames,
  capabilitySet,
} from "../../sys/capabilities.ts";
import type { Confinement, EnterRequest } from "./request.ts";

/**
 * The capabilities that the steps up to the command need: its own, and those to become what it is to be. Filters
 * that are loaded before no_new_privs is set want CAP_SYS_ADMIN.
 */
function needed({ first }: Confinement): number {
  const capabilities = first.findIndex(({ op }) => op === "capabilities");
  const own = first[capabilities];
  if (own?.op !== "capabilities") return ALL_CAPABILITIES;
  const early = first.slice(0, capabilities);
  const others: CapabilityName[] = ["SETUID", "SETGID", "SETPCAP"];
  if (early.some(({ op }) => op === "guard_terminal" || op === "seccomp")) others.push("SYS_ADMIN");
  if (early.some(({ op }) => op === "limit")) others.push("SYS_RESOURCE");
  if (early.some(({ op }) => op === "nice")) others.push("SYS_NICE");
  const all = new Set([...capabilityNames(own.bounding), ...others]);
  return capabilitySet([...all]);
}

/** As in a run: the terminal is opened by who the command is, and before it has given up anything else. */
function withTerminal(first: readonly Op[]): Op[] {
  const at = first.findIndex(({ op }) => op === "capabilities");
  const own: Op[] = [
    { op: "terminal", rows: 0, columns: 0 },
    { op: "session", terminal: 1 },
  ];
  return [...first.slice(0, at), ...own, ...first.slice(at)];
}

/** The plan of a command in a container that is there. */
export function planEnter(request: EnterRequest): EncodedPlan {
  const { title, pid, start, kinds, root, cgroups, oomScoreAdj, confinement, cwd, detach } = request;
  const flags = kinds.reduce((sum, kind) => sum + flagOf(kind), 0);
  const waitedFor: Op[] = detach ? [] : [{ op: "die_with_monitor" }];
  const ops: Op[] = [
    { op: "standard_fds" },
    { op: "restore_nofile" },
    { op: "open_target", title, pid, start, root: root ? 1 : 0, mounts: 0 },
    ...(request.attach === undefined ? [] : [request.attach]),
    ...cgroups.map((group): Op => ({ op: "cgroup_enter", ...group, optional: 0 })),
    {
      op: "enter",
      flags,
      most: needed(confinement),
      badness: String(oomScoreAdj ?? ""),
      detach: detach ? 1 : 0,
    },
    ...(detach ? [{ op: "detach" } satisfies Op] : []),
    ...(request.terminal ? withTerminal(confinement.first) : confinement.first),
    // A change of ids may have let others look in again.
    { op: "undumpable" },
    { op: "chdir", path: cwd },
    ...confinement.limits,
    { op: "close_fds", keep: "" },
    ...waitedFor,
    { op: "restore_signals" },
    ...confinement.filters,
    { op: "exec", path: request.path },
  ];
  return {
    blocks: ops.map(block),
    argv: request.command,
    env: request.env,
    display: request.display,
    bytes: request.bytes,
  };
}
