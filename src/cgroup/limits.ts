/**
 * THE table of limits: each by the option that sets it, and the files that are written for it in either version of
 * cgroups. See the kernel's documentation, admin-guide/cgroup-v1 and cgroup-v2.
 */
import { IO_KEYS, ioV1, ioV2 } from "./io-max.ts";
import { memoryV1, memoryV2, swapV1, swapV2 } from "./memory.ts";
import type { LimitsRequest } from "./request.ts";
import {
  asked,
  bfqWeightOf,
  bytesV1,
  bytesV2,
  exactly,
  PERIOD,
  pages,
  type Spelling,
  sharesOf,
} from "./spelling.ts";

/** One row. */
export interface Limit {
  /** The option, without its dashes. */
  readonly option: string;
  /** What of a request it is about. */
  readonly key: Exclude<keyof LimitsRequest, "conf" | "parent">;
  /** Undefined where that version has no such thing. */
  readonly v1: Spelling | undefined;
  readonly v2: Spelling | undefined;
}

/** The rows, in the order in which they are written: memory before memory and swap. */
export const LIMITS: readonly Limit[] = [
  {
    option: "memory",
    key: "memory",
    v1: {
      controller: "memory",
      files: ["memory.limit_in_bytes"],
      writes: memoryV1,
    },
    v2: {
      controller: "memory",
      files: ["memory.max"],
      writes: memoryV2,
    },
  },
  {
    option: "memory-swap",
    key: "memorySwap",
    v1: { controller: "memory", files: ["memory.memsw.limit_in_bytes"], writes: swapV1 },
    v2: { controller: "memory", files: ["memory.swap.max"], writes: swapV2 },
  },
  {
    option: "memory-reservation",
    key: "memoryReservation",
    v1: {
      controller: "memory",
      files: ["memory.soft_limit_in_bytes"],
      writes: ({ memoryReservation }) =>
        asked(memoryReservation, (bytes) => [pages("memory.soft_limit_in_bytes", bytes)]),
    },
    v2: {
      controller: "memory",
      files: ["memory.low"],
      writes: ({ memoryReservation }) => asked(memoryReservation, (bytes) => [pages("memory.low", bytes)]),
    },
  },
  {
    option: "swappiness",
    key: "swappiness",
    v1: {
      controller: "memory",
      files: ["memory.swappiness"],
      writes: ({ swappiness }) => asked(swappiness, (part) => [exactly("memory.swappiness", String(part))]),
    },
    v2: undefined,
  },
  {
    option: "oom-group",
    key: "oomGroup",
    v1: undefined,
    v2: {
      controller: "memory",
      files: ["memory.oom.group"],
      writes: ({ oomGroup }) => (oomGroup ? [exactly("memory.oom.group", "1")] : []),
    },
  },
  {
    option: "cpus",
    key: "cpus",
    v1: {
      controller: "cpu",
      files: ["cpu.cfs_period_us", "cpu.cfs_quota_us"],
      writes: ({ cpus }) =>
        asked(cpus, (quota) => [
          exactly("cpu.cfs_period_us", String(PERIOD)),
          exactly("cpu.cfs_quota_us", quota === Infinity ? "-1" : String(quota)),
        ]),
    },
    v2: {
      controller: "cpu",
      files: ["cpu.max"],
      writes: ({ cpus }) =>
        asked(cpus, (quota) => [exactly("cpu.max", `${quota === Infinity ? "max" : quota} ${PERIOD}`)]),
    },
  },
  {
    option: "cpu-weight",
    key: "cpuWeight",
    v1: {
      controller: "cpu",
      files: ["cpu.shares"],
      writes: ({ cpuWeight }) =>
        asked(cpuWeight, (weight) => [exactly("cpu.shares", String(sharesOf(weight)))]),
    },
    v2: {
      controller: "cpu",
      files: ["cpu.weight"],
      writes: ({ cpuWeight }) => asked(cpuWeight, (weight) => [exactly("cpu.weight", String(weight))]),
    },
  },
  {
    option: "cpuset",
    key: "cpuset",
    v1: {
      controller: "cpuset",
      files: ["cpuset.cpus"],
      writes: ({ cpuset }) => asked(cpuset, (list) => [exactly("cpuset.cpus", list)]),
    },
    v2: {
      controller: "cpuset",
      files: ["cpuset.cpus"],
      writes: ({ cpuset }) => asked(cpuset, (list) => [exactly("cpuset.cpus", list)]),
    },
  },
  {
    option: "pids-limit",
    key: "pids",
    v1: {
      controller: "pids",
      files: ["pids.max"],
      writes: ({ pids }) =>
        asked(pids, (most) => [exactly("pids.max", most === Infinity ? "max" : String(most))]),
    },
    v2: {
      controller: "pids",
      files: ["pids.max"],
      writes: ({ pids }) =>
        asked(pids, (most) => [exactly("pids.max", most === Infinity ? "max" : String(most))]),
    },
  },
  {
    option: "io-weight",
    key: "ioWeight",
    v1: {
      controller: "blkio",
      files: ["blkio.weight", "blkio.bfq.weight"],
      writes: ({ ioWeight }) =>
        asked(ioWeight, (weight) => [
          { ...exactly("blkio.weight", String(Math.max(10, bfqWeightOf(weight)))), absent: "next" },
          exactly("blkio.bfq.weight", String(bfqWeightOf(weight))),
        ]),
    },
    v2: {
      controller: "io",
      files: ["io.weight", "io.bfq.weight"],
      writes: ({ ioWeight }) =>
        asked(ioWeight, (weight) => [
          { ...exactly("io.weight", `default ${weight}`), absent: "next" },
          {
            ...exactly("io.bfq.weight", String(bfqWeightOf(weight))),
            reads: `default ${bfqWeightOf(weight)}`,
          },
        ]),
    },
  },
  {
    option: "io-max",
    key: "ioMax",
    v1: {
      controller: "blkio",
      files: IO_KEYS.map(([, file]) => file),
      writes: ({ ioMax }) => ioMax.flatMap(ioV1),
    },
    v2: { controller: "io", files: ["io.max"], writes: ({ ioMax }) => ioMax.map(ioV2) },
  },
  {
    option: "hugetlb",
    key: "hugetlb",
    v1: {
      controller: "hugetlb",
      files: ["hugetlb.SIZE.limit_in_bytes"],
      writes: ({ hugetlb }) =>
        hugetlb.map(({ size, page, bytes }) => ({
          ...bytesV1(`hugetlb.${size}.limit_in_bytes`, bytes),
          rounds: page,
        })),
    },
    v2: {
      controller: "hugetlb",
      files: ["hugetlb.SIZE.max"],
      writes: ({ hugetlb }) =>
        hugetlb.map(({ size, page, bytes }) => {
          const write = bytesV2(`hugetlb.${size}.max`, bytes);
          return { ...write, rounds: write.rounds === 0 ? 0 : page };
        }),
    },
  },
];

/** It is asked for: neither undefined nor false nor an empty list. */
export function isAsked({ key }: Limit, request: LimitsRequest): boolean {
  const value = request[key];
  return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
}

/** The row that writes `file`, and its version. */
export function limitOfFile(file: string): { limit: Limit; version: 1 | 2 } | undefined {
  const name = file.replace(/^hugetlb\.[^.]+\./, "hugetlb.SIZE.");
  for (const limit of LIMITS) {
    if (limit.v1?.files.includes(name)) return { limit, version: 1 };
    if (limit.v2?.files.includes(name)) return { limit, version: 2 };
  }
  return undefined;
}
