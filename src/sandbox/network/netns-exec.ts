/** A command of the host's in a named network namespace, as `ip netns exec` runs it. Pure. */
import { flagOf } from "../../ns/kinds.ts";
import { block } from "../../plan/block.ts";
import { PROPAGATION } from "../../plan/constants.ts";
import type { EncodedPlan, Op } from "../../plan/plan.ts";
import { DEFAULT_PATH } from "../environment.ts";
import { display } from "../plan-run.ts";
import type { Caller } from "../request.ts";

/** What is asked for. Strings hold text, or bytes where `Caller.bytes` is set. */
export interface NetnsExec {
  readonly command: readonly string[];
  readonly name: string;
  readonly path: string;
  /** Files of /etc/netns/NAME, and what each is bound over; neither is a link. */
  readonly files: readonly { readonly source: string; readonly target: string }[];
}

/**
 * The command keeps the caller's environment, ids and capabilities. Its /sys shows the devices of that network;
 * what is mounted outside goes on to appear, nothing comes out: a slave, see mount_namespaces(7).
 */
export function planNetnsExec(request: NetnsExec, caller: Caller): EncodedPlan {
  const { command, name, path, files } = request;
  const environmentPath = caller.env["PATH"] || DEFAULT_PATH;
  const ops: Op[] = [
    { op: "standard_fds" },
    { op: "restore_nofile" },
    { op: "join", type: flagOf("net"), path, inode: 0 },
    { op: "clone", flags: flagOf("mnt") },
    { op: "undumpable" },
    // Opened first: what is bound over one file may hide another.
    ...files.map(
      ({ source }, index): Op => ({
        op: "open_source",
        slot: index + 1,
        path: source,
        recursive: 0,
        optional: 0,
      }),
    ),
    { op: "propagation", kind: PROPAGATION.MS_REC | PROPAGATION.MS_SLAVE },
    { op: "own_root" },
    { op: "network_sys", name },
    ...files.map(
      ({ target }, index): Op => ({
        op: "bind",
        slot: index + 1,
        target,
        set: 0,
        clear: 0,
        recursive: 0,
        propagation: PROPAGATION.MS_PRIVATE,
      }),
    ),
    { op: "guard_terminal" },
    { op: "close_fds", keep: "" },
    { op: "die_with_monitor" },
    { op: "restore_signals" },
    { op: "exec", path: environmentPath },
  ];
  return {
    blocks: ops.map(block),
    argv: command,
    env: Object.entries(caller.env).flatMap(([key, value]) =>
      value === undefined ? [] : [`${key}=${value}`],
    ),
    display: display(caller),
    bytes: caller.bytes,
  };
}
