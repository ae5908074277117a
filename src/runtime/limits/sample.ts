/** What a container uses at one moment. */
import { textAt } from "../../cgroup/look.ts";
import { joinUsage, type Read, type Usage, usageV1, usageV2 } from "../../cgroup/usage.ts";
import { linkAt } from "../../sys/files.ts";
import { type Group, type Grouped, groupsOf } from "./groups.ts";

/** Bytes that came in and went out by all devices but loopback. */
export interface Traffic {
  readonly received: number;
  readonly sent: number;
}

/** One look. */
export interface Sample {
  /** Of performance.now(), in milliseconds. */
  readonly at: number;
  /** Undefined where the container has no cgroup of its own. */
  readonly usage: Usage | undefined;
  /** "shared" where its network is the host's; undefined where it may not be looked at. */
  readonly traffic: Traffic | "shared" | undefined;
}

const readIn =
  (groups: readonly Group[], version: 1 | 2): Read =>
  (controller, file) => {
    const group = groups.find(
      (each) => each.version === version && (version === 2 || each.controllers.includes(controller)),
    );
    return group === undefined ? undefined : textAt(`${group.path}/${file}`);
  };

/** Looks at a container. */
export function sampleOf(container: Grouped, mounts?: Parameters<typeof groupsOf>[1]): Sample {
  const groups = groupsOf(container, mounts);
  const at = performance.now();
  const [v1, v2] = [usageV1(readIn(groups, 1)), usageV2(readIn(groups, 2))];
  const usage = groups.length === 0 ? undefined : joinUsage(v1, v2);
  return { at, usage, traffic: trafficOf(container.status?.pid.pid ?? 0) };
}

/** See proc_pid_net(5): /proc/PID/net/dev is that of the process's own network namespace. */
function trafficOf(pid: number): Sample["traffic"] {
  const own = linkAt(`/proc/${pid}/ns/net`);
  if (own === undefined) return undefined;
  if (own === linkAt("/proc/self/ns/net")) return "shared";
  const text = textAt(`/proc/${pid}/net/dev`);
  return text === undefined ? undefined : parseTraffic(text);
}

const SENT = 8;

/** The sums of /proc/net/dev. */
export function parseTraffic(text: string): Traffic {
  let [received, sent] = [0, 0];
  for (const line of text.split("\n")) {
    const [, name, numbers = ""] = /^\s*([^:\s]+):\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || name === "lo") continue;
    const columns = numbers.split(/\s+/).map(Number);
    received += columns[0] ?? 0;
    sent += columns[SENT] ?? 0;
  }
  return { received, sent };
}

/** Processor time between two looks, in percent of one processor; undefined where it is not known. */
export function processorShare(before: Sample | undefined, after: Sample): number | undefined {
  const [from, to] = [before?.usage?.processorTime, after.usage?.processorTime];
  if (before === undefined || from === undefined || to === undefined || to < from) return undefined;
  const seconds = (after.at - before.at) / 1000;
  return seconds <= 0 ? undefined : ((to - from) / seconds) * 100;
}
