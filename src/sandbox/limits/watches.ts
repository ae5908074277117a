/** What is looked for in a run's groups at its end. */
import type { Place } from "../../cgroup/place.ts";
import type { Op } from "../../plan/plan.ts";

/** Processes that were killed for want of memory, and those that could not be made. */
export function watches({ hierarchy, controllers }: Place, group: string): Op[] {
  const ops: Op[] = [];
  if (controllers.includes("memory")) {
    const [file, figures] =
      hierarchy.version === 1
        ? [
            "memory.oom_control",
            "memory.limit_in_bytes memory.max_usage_in_bytes memory.memsw.limit_in_bytes",
          ]
        : ["memory.events", "memory.max memory.peak memory.swap.max"];
    ops.push({ op: "cgroup_watch", path: `${group}/${file}`, key: "oom_kill", figures: figures! });
  }
  if (controllers.includes("pids")) {
    ops.push({ op: "cgroup_watch", path: `${group}/pids.events`, key: "max", figures: "pids.max" });
  }
  return ops;
}
