/** New namespaces over the host's own files: a plan without a root filesystem. Pure, as `./plan-run.ts`. */
import { flagOf, type KindName } from "../ns/kinds.ts";
import { block } from "../plan/block.ts";
import type { Block, EncodedPlan } from "../plan/plan.ts";
import { constantOps } from "./constant-ops.ts" with { type: "macro" };
import { DEFAULT_PATH } from "./environment.ts";
import { type InitRequest, initArgv, initBefore, initInside } from "./init.ts";
import { addMaps, display } from "./plan-run.ts";
import type { Caller } from "./request.ts";
import { rootOps } from "./root-ops.ts" with { type: "macro" };
import { securityOps } from "./security/ops.ts" with { type: "macro" };

const CONSTANT = constantOps();
const ROOT = rootOps();
const SECURITY = securityOps();

/** What was asked for. Strings hold text, or bytes where `Caller.bytes` is set. */
export interface UnshareRequest {
  readonly command: readonly string[];
  /** The namespaces that are made. */
  readonly kinds: readonly KindName[];
  readonly hostname: string | undefined;
  /** Bring the loopback interface up in a new network namespace. */
  readonly loopback: boolean;
  /** PID 1 where it is not the command. */
  readonly init: InitRequest | undefined;
}

/**
 * The command keeps the caller's environment, directory, ids, groups and capabilities, and in a new user
 * namespace has all of them there as root. It is not confined: but it cannot type into the caller's terminal,
 * and dies with its monitor.
 */
export function planUnshare(request: UnshareRequest, caller: Caller): EncodedPlan {
  const { kinds, init } = request;
  const has = (kind: KindName) => kinds.includes(kind);
  const flags = kinds.reduce((sum, kind) => sum + flagOf(kind), 0);
  const path = caller.env["PATH"] || DEFAULT_PATH;
  const blocks: Block[] = [CONSTANT.begin];
  if (init !== undefined) initBefore(blocks, init);
  blocks.push(block({ op: "clone", flags }));
  if (has("user")) addMaps(blocks, caller);
  blocks.push(CONSTANT.undumpable);
  if (request.hostname !== undefined) blocks.push(block({ op: "hostname", name: request.hostname }));
  if (has("net") && request.loopback) blocks.push(CONSTANT.loopback);
  if (has("mnt")) blocks.push(ROOT.isolate);
  if (has("mnt") && has("pid")) blocks.push(ROOT.ownRoot, ROOT.proc);
  blocks.push(SECURITY.guard, block({ op: "close_fds", keep: "" }), SECURITY.end);
  if (init !== undefined) initInside(blocks, init, path);
  blocks.push(block({ op: "exec", path }));
  return {
    blocks,
    argv: init === undefined ? request.command : initArgv(init, request.command),
    env: environmentOf(caller),
    display: display(caller),
    bytes: caller.bytes,
  };
}

const environmentOf = ({ env }: Caller): string[] =>
  Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
