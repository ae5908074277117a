/**
 * A command over the host's own files that is watched: what it changes is thrown away, and every call that
 * names a file is announced. Pure, as `./plan-run.ts`.
 */
import { flagOf, type KindName } from "../ns/kinds.ts";
import { block } from "../plan/block.ts";
import { MOUNT_ATTR, PROPAGATION } from "../plan/constants.ts";
import type { Block, EncodedPlan, Op } from "../plan/plan.ts";
import { constantOps } from "./constant-ops.ts" with { type: "macro" };
import { type InitRequest, initBefore, initInside } from "./init.ts";
import { display } from "./plan-run.ts";
import type { Caller } from "./request.ts";
import { rootOps } from "./root-ops.ts" with { type: "macro" };
import { securityOps } from "./security/ops.ts" with { type: "macro" };

const CONSTANT = constantOps();
const ROOT = rootOps();
const SECURITY = securityOps();

const { MOUNT_ATTR_RDONLY, MOUNT_ATTR_NODEV } = MOUNT_ATTR;

/** What is to be watched, and what the host looks like. */
export interface TraceRequest {
  readonly command: readonly string[];
  /** Where the command begins. */
  readonly cwd: string;
  /** Where programs are looked up. */
  readonly path: string;
  /** Directories, those above before those below: each becomes an overlay of itself whose changes are lost. */
  readonly overlays: readonly string[];
  /** What is bound over them as it is: sockets, which an overlay would cut off, and mounts that cannot be layers. */
  readonly binds: readonly string[];
  /** The PID that watches: everything ends with it. */
  readonly watcher: number;
  /** The socket on which it waits for the listener. */
  readonly socket: number;
  /** The filter in base64. */
  readonly filter: string;
  readonly init: InitRequest;
}

/** Network, time and cgroups are the caller's. */
const KINDS: readonly KindName[] = ["mnt", "pid", "ipc", "uts"];

/** The plan for it. Root keeps to the capabilities of `run`; anybody else stays who it is, in a user namespace. */
export function planTrace(request: TraceRequest, caller: Caller): EncodedPlan {
  const { uid, gid } = caller;
  const owned = uid !== 0;
  const kinds: readonly KindName[] = owned ? [...KINDS, "user"] : KINDS;
  const blocks: Block[] = [
    CONSTANT.begin,
    block({ op: "die_with_parent", parent: request.watcher }),
    block({ op: "open_root", path: "/" }),
    block({ op: "more_files" }),
  ];
  initBefore(blocks, request.init);
  blocks.push(block({ op: "clone", flags: kinds.reduce((sum, kind) => sum + flagOf(kind), 0) }));
  if (owned) {
    blocks.push(
      block({ op: "deny_setgroups" }),
      block({ op: "uid_map", map: `${uid} ${uid} 1\n` }),
      block({ op: "gid_map", map: `${gid} ${gid} 1\n` }),
    );
  }
  blocks.push(CONSTANT.undumpable);
  blocks.push(...mountBlocks(request, owned));
  blocks.push(SECURITY.keyring, SECURITY.noCore);
  blocks.push(owned ? SECURITY.user : SECURITY.root, SECURITY.noNewPrivs, SECURITY.landlock, SECURITY.guard);
  blocks.push(block({ op: "chdir", path: request.cwd }));
  blocks.push(block({ op: "close_fds", keep: String(request.socket) }), SECURITY.end);
  initInside(blocks, request.init, request.path);
  blocks.push(
    block({ op: "trace", program: request.filter, socket: request.socket }),
    block({ op: "exec", path: request.path }),
  );
  return {
    blocks,
    argv: request.command,
    env: environmentOf(caller),
    display: display(caller),
    bytes: false,
  };
}

/** The host's tree, read-only, with its own /dev and /proc, and the overlays in it. */
function mountBlocks({ overlays, binds }: TraceRequest, owned: boolean): Block[] {
  const sources: Op[] = [];
  const mounts: Op[] = [];
  let slot = 1;
  for (const path of overlays) {
    sources.push({ op: "open_layer", slot, path });
    const layer = { lower: String(slot), upper: 0, work: 0, attributes: MOUNT_ATTR_NODEV };
    mounts.push({ op: "overlay", target: path, ...layer, options: owned ? "userxattr" : "" });
    slot++;
  }
  for (const path of binds) {
    sources.push({ op: "open_source", slot, path, recursive: 0, optional: 1 });
    const bind = { set: MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV, clear: 0, recursive: 0 };
    mounts.push({ op: "bind", slot, target: path, ...bind, propagation: PROPAGATION.MS_PRIVATE });
    slot++;
  }
  return [
    ...sources.map(block),
    ROOT.isolate,
    block({ op: "scratch", options: "mode=755", bound: 1 }),
    block({ op: "bind_root", attributes: MOUNT_ATTR_NODEV | MOUNT_ATTR_RDONLY }),
    ROOT.devices,
    owned ? ROOT.devptsMapped : ROOT.devpts,
    ROOT.proc,
    ...mounts.map(block),
    // An ordinary user may change nothing there, and masks would forbid it a /proc in namespaces of its own.
    ...(owned ? [] : [ROOT.masksAndSys]),
    block({ op: "usual_files" }),
    ROOT.pivot,
  ];
}

const environmentOf = ({ env }: Caller): string[] =>
  Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
