/** What groups use, in the units of both versions; and what is told of the moments between two looks. */
import { expect, test } from "bun:test";
import { joinUsage, usageV1, usageV2 } from "../../src/cgroup/usage.ts";
import { type Glance, happenedTo } from "../../src/runtime/containers/happenings.ts";
import { UNKNOWN } from "../../src/runtime/containers/status.ts";
import { parseTraffic } from "../../src/runtime/limits/sample.ts";

const V1: Readonly<Record<string, string>> = {
  "cpuacct.usage": "1500000000\n",
  "cpu.stat": "nr_periods 20\nnr_throttled 7\nthrottled_time 2500000000\n",
  "memory.usage_in_bytes": "4096\n",
  "memory.limit_in_bytes": "8192\n",
  "memory.memsw.limit_in_bytes": "12288\n",
  "memory.stat": "cache 1\nswap 5\ntotal_swap 512\n",
  "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n",
  "pids.current": "2\n",
  "pids.max": "max\n",
  "blkio.throttle.io_service_bytes_recursive":
    "8:0 Read 100\n8:0 Write 7\n8:16 Read 11\n8:16 Write 0\nTotal 118\n",
};
const V2: Readonly<Record<string, string>> = {
  "cpu.stat": "usage_usec 1500000\nuser_usec 1\nnr_throttled 7\nthrottled_usec 2500000\n",
  "memory.current": "4096\n",
  "memory.max": "8192\n",
  "memory.swap.current": "512\n",
  "memory.swap.max": "4096\n",
  "memory.events": "low 0\noom 5\noom_kill 3\noom_group_kill 0\n",
  "pids.current": "2\n",
  "pids.max": "max\n",
  "io.stat": "8:0 rbytes=100 wbytes=7 rios=1 wios=1 dbytes=0 dios=0\n8:16 rbytes=11 wbytes=0 rios=1\n",
};

test("both versions say the same in the same units", () => {
  const v1 = usageV1((_, file) => V1[file]);
  expect(v1).toEqual(usageV2((_, file) => V2[file]));
  expect(v1).toEqual({
    processorTime: 1.5,
    throttled: 7,
    throttledTime: 2.5,
    memory: { usage: 4096, limit: 8192 },
    swap: { usage: 512, limit: 4096 },
    processes: { usage: 2, limit: "max" },
    read: 111,
    written: 7,
    outOfMemory: 3,
  });
});

test("what no file tells is not known, and v1's largest number is no limit", () => {
  const nothing = usageV2(() => undefined);
  expect(Object.values(nothing).filter((value) => value !== undefined && typeof value !== "object")).toEqual(
    [],
  );
  const read = (_: string, file: string) =>
    file === "memory.limit_in_bytes" ? "9223372036854771712\n" : undefined;
  expect(usageV1(read).memory).toEqual({ usage: undefined, limit: "max" });
  expect(
    joinUsage(
      nothing,
      usageV2((_, file) => V2[file]),
    ).memory.usage,
  ).toBe(4096);
});

test("loopback is not counted as traffic", () => {
  const text = `Inter-|   Receive    |  Transmit
 face |bytes packets errs drop fifo frame compressed multicast|bytes packets errs drop fifo colls carrier compressed
    lo:     500       5    0    0    0     0          0         0      500       5    0    0    0     0       0          0
  eth0:    1000       9    0    0    0     0          0         0       70       1    0    0    0     0       0          0
  eth1:       1       1    0    0    0     0          0         0        2       1    0    0    0     0       0          0
`;
  expect(parseTraffic(text)).toEqual({ received: 1001, sent: 72 });
});

test("several things between two looks come in the order in which they were", () => {
  const glance = (status: Partial<typeof UNKNOWN>, more: Partial<Glance> = {}): Glance => ({
    id: "a",
    name: "c",
    status: { ...UNKNOWN, ...status },
    paused: false,
    outOfMemory: 0,
    ...more,
  });
  const told = (before: Glance | undefined, after: Glance | undefined) =>
    happenedTo(before, after, 9n).map(({ event, status }) =>
      status === undefined ? event : `${event} ${status}`,
    );
  const running = glance({ state: "running", started: 1n });
  expect(told(undefined, glance({ state: "exited", started: 1n, ended: 2n, status: 3 }))).toEqual([
    "create",
    "start",
    "exit 3",
  ]);
  expect(told(running, glance({ state: "running", started: 5n, restarts: 1 }))).toEqual(["exit", "restart"]);
  expect(
    told(running, glance({ state: "exited", started: 1n, ended: 2n, status: 137 }, { outOfMemory: 2 })),
  ).toEqual(["oom", "exit 137"]);
  expect(
    told(glance({ state: "created" }), glance({ state: "exited", ended: 2n, step: 4, status: 125 })),
  ).toEqual(["fail"]);
  expect(told(running, undefined)).toEqual(["exit", "remove"]);
  expect(told(running, running)).toEqual([]);
});
