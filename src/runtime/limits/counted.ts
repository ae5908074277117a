/** The words for what the kernel counted in a run's cgroups, see `cgroup_watch`. */
import { wordBytes } from "../../cgroup/amount.ts";
import type { Op, Plan } from "../../plan/plan.ts";
import { type Kill, killsIn } from "./kernel-log.ts";

/** What the monitor hands over. */
export interface Counted {
  readonly plan: Plan;
  /** Which of the plan's watches, from 0. */
  readonly watch: number;
  readonly count: number;
  /** The numbers of its files, in their order; "" for those that are not there. */
  readonly figures: readonly string[];
}

/** More than any machine has: no limit. */
const NO_LIMIT = 2 ** 60;

/** The sentence; undefined where the plan has no such watch. */
export function countedText({ plan, watch, count, figures }: Counted): string | undefined {
  const op = plan.ops.filter((each) => each.op === "cgroup_watch")[watch];
  if (op === undefined) return undefined;
  if (op.key === "oom_kill") return outOfMemory(op, plan, count, figures);
  const times = count === 1 ? "once" : `${count} times`;
  return `The limit of --pids-limit ${figures[0]} was reached: ${times} a process or thread could not be made`;
}

function outOfMemory(
  { path }: Op & { op: "cgroup_watch" },
  plan: Plan,
  count: number,
  figures: readonly string[],
): string {
  const group = path.slice(0, path.lastIndexOf("/"));
  const [last] = killsIn(group.slice(group.lastIndexOf("/") + 1));
  const who = last === undefined ? "a process" : `"${last.task}" (PID ${last.pid})`;
  const more = count > 1 ? `, and ${count - 1} more` : "";
  return `Out of memory: the kernel killed ${who}${more}; ${whose(last, group, plan, figures)}`;
}

/** Which limit it was, and how much of it was used. */
function whose(last: Kill | undefined, group: string, plan: Plan, figures: readonly string[]): string {
  const [limit, peak, both] = figures.map((text) => (/^\d+$/.test(text) ? Number(text) : Infinity));
  const name = group.slice(group.lastIndexOf("/") + 1);
  if (last !== undefined && last.limited === undefined) return "the machine's memory had run out";
  if (last?.limited !== undefined && !last.limited.split("/").includes(name)) {
    return `the limit of cgroup "${last.limited}" was reached, which is not this run's own`;
  }
  if (limit === undefined || limit >= NO_LIMIT) return "its cgroup has no limit of its own";
  const isV1 = plan.ops.some(
    (op) => op.op === "cgroup_write" && op.path === `${group}/memory.limit_in_bytes`,
  );
  // v1 counts both together, v2 swap alone.
  const sum = isV1 ? both : limit + (both ?? Infinity);
  const swap = sum === undefined || sum === limit || sum >= NO_LIMIT ? "" : `, with swap ${exact(sum)}`;
  const used = peak === undefined || peak >= NO_LIMIT ? "" : `, and ${exact(peak)} were in use`;
  return `--memory is ${exact(limit)}${swap}${used}`;
}

const exact = (bytes: number): string => `${bytes} bytes (${wordBytes(bytes)})`;
