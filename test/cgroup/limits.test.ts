/** The table of limits: the same request in both versions. */
import { describe, expect, test } from "bun:test";
import { chooseLimits, watchedIn } from "../../src/cgroup/choose.ts";
import type { Hierarchy } from "../../src/cgroup/hierarchy.ts";
import { isAsked, LIMITS, limitOfFile } from "../../src/cgroup/limits.ts";
import type { LimitsRequest } from "../../src/cgroup/request.ts";
import { bfqWeightOf, sharesOf } from "../../src/cgroup/spelling.ts";

const NOTHING: LimitsRequest = {
  memory: undefined,
  memorySwap: undefined,
  memoryReservation: undefined,
  swappiness: undefined,
  oomGroup: false,
  cpus: undefined,
  cpuWeight: undefined,
  cpuset: undefined,
  pids: undefined,
  ioWeight: undefined,
  ioMax: [],
  hugetlb: [],
  conf: [],
  parent: undefined,
};

/** What is written for a request, `FILE VALUE` each. */
const written = (version: "v1" | "v2", request: Partial<LimitsRequest>): string[] => {
  const whole = { ...NOTHING, ...request };
  return LIMITS.filter((limit) => isAsked(limit, whole)).flatMap((limit) =>
    (limit[version]?.writes(whole) ?? []).map(({ file, value }) => `${file} ${value}`),
  );
};

describe.each([
  [
    "memory alone: as much swap again",
    { memory: 1000 },
    ["memory.limit_in_bytes 1000", "memory.memsw.limit_in_bytes 2000"],
    ["memory.max 1000", "memory.swap.max 1000"],
  ],
  [
    "no swap",
    { memory: 1000, memorySwap: 1000 },
    ["memory.limit_in_bytes 1000", "memory.memsw.limit_in_bytes 1000"],
    ["memory.max 1000", "memory.swap.max 0"],
  ],
  [
    "all the swap there is",
    { memory: 1000, memorySwap: Infinity },
    ["memory.limit_in_bytes 1000", "memory.memsw.limit_in_bytes -1"],
    ["memory.max 1000", "memory.swap.max max"],
  ],
  [
    "no limit at all",
    { memory: Infinity, cpus: Infinity },
    [
      "memory.limit_in_bytes -1",
      "memory.memsw.limit_in_bytes -1",
      "cpu.cfs_period_us 100000",
      "cpu.cfs_quota_us -1",
    ],
    ["memory.max max", "memory.swap.max max", "cpu.max max 100000"],
  ],
  ["a reservation", { memoryReservation: 5 }, ["memory.soft_limit_in_bytes 5"], ["memory.low 5"]],
  [
    "processor time",
    { cpus: 20_000, cpuWeight: 50, cpuset: "0-1" },
    ["cpu.cfs_period_us 100000", "cpu.cfs_quota_us 20000", "cpu.shares 512", "cpuset.cpus 0-1"],
    ["cpu.max 20000 100000", "cpu.weight 50", "cpuset.cpus 0-1"],
  ],
  ["processes", { pids: Infinity }, ["pids.max max"], ["pids.max max"]],
  [
    "disks",
    { ioMax: [{ device: "8:0", most: { wbps: 1000, riops: Infinity } }] },
    ["blkio.throttle.write_bps_device 8:0 1000", "blkio.throttle.read_iops_device 8:0 0"],
    ["io.max 8:0 wbps=1000 riops=max"],
  ],
  [
    "weights of disks, by whatever file is there",
    { ioWeight: 1 },
    ["blkio.weight 10", "blkio.bfq.weight 1"],
    ["io.weight default 1", "io.bfq.weight 1"],
  ],
  [
    "huge pages",
    { hugetlb: [{ size: "2MB", page: 2 ** 21, bytes: 2 ** 22 }] },
    ["hugetlb.2MB.limit_in_bytes 4194304"],
    ["hugetlb.2MB.max 4194304"],
  ],
] satisfies [string, Partial<LimitsRequest>, string[], string[]][])("%s", (_, request, v1, v2) => {
  test("in version 1", () => expect(written("v1", request)).toEqual(v1));
  test("in version 2", () => expect(written("v2", request)).toEqual(v2));
});

test("weights keep their ends and their middle", () => {
  expect([1, 100, 10_000].map(sharesOf)).toEqual([10, 1024, 102_400]);
  expect([1, 100, 10_000].map(bfqWeightOf)).toEqual([1, 100, 1000]);
});

test("every file leads back to its limit", () => {
  for (const { option, v1, v2 } of LIMITS) {
    for (const file of [...(v1?.files ?? []), ...(v2?.files ?? [])]) {
      expect(limitOfFile(file.replace("SIZE", "2MB"))?.limit.option).toBe(option);
    }
  }
});

describe("a mixed layout", () => {
  const memory: Hierarchy = { version: 1, point: "/c/memory", controllers: ["memory"], own: "" };
  const unified: Hierarchy = { version: 2, point: "/c/unified", controllers: ["cpu", "hugetlb"], own: "" };

  test("each limit is set where its controller is", () => {
    const found = chooseLimits({ ...NOTHING, memory: 1000, cpus: 1000 }, [memory, unified]);
    expect(found.map((each) => ("hierarchy" in each ? each.hierarchy.point : "none"))).toEqual([
      "/c/memory",
      "/c/unified",
    ]);
  });

  test("a limit that only the other version has is refused", () => {
    const found = chooseLimits({ ...NOTHING, oomGroup: true }, [memory, unified]);
    expect(found).toMatchObject([{ only: 2 }]);
  });

  test("a limit whose controller is nowhere is refused", () => {
    expect(chooseLimits({ ...NOTHING, pids: 5 }, [memory, unified])).toMatchObject([{ only: undefined }]);
  });

  test("a container is watched in all of them, and frozen by version 2 where nothing else freezes", () => {
    expect([...watchedIn([memory, unified])]).toEqual([
      [memory, ["memory"]],
      [unified, ["cpu"]],
    ]);
    const bare = { ...unified, controllers: [] };
    expect([...watchedIn([memory, bare])]).toEqual([
      [memory, ["memory"]],
      [bare, []],
    ]);
  });
});
