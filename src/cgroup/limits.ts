/**
 * THE table of limits: each by the option that sets it, and the files that are written for it in either version of
 * cgroups. See the kernel's documentation, admin-guide/cgroup-v1 and cgroup-v2.
 */
import type { IoLimit, LimitsRequest } from "./request.ts";

/** What is written to one file of a group. */
export interface Write {
  readonly file: string;
  readonly value: string;
  /**
   * What is read back: the words of one line, in any order; or, where the kernel rounds, a number. "" where nothing
   * can be read back that would say it.
   */
  readonly reads: string;
  /** Less than this may be missing from the number that is read back. 0: none may. */
  readonly rounds: number;
  /** Where the file is absent: an error, or the next of the same limit is its other name, or it does not matter. */
  readonly absent: "error" | "next" | "fine";
}

/** A limit in one version. */
export interface Spelling {
  readonly controller: string;
  /** The files, for tables and for words. `SIZE` stands for a size of pages. */
  readonly files: readonly string[];
  /** What is written, in this order. */
  readonly writes: (request: LimitsRequest) => readonly Write[];
}

/** One row. */
export interface Limit {
  /** The option, without its dashes. */
  readonly option: string;
  readonly isAsked: (request: LimitsRequest) => boolean;
  /** Undefined where that version has no such thing. */
  readonly v1: Spelling | undefined;
  readonly v2: Spelling | undefined;
}

/** The largest page of the architectures that nsbox runs on: the kernel cuts bytes to whole pages. */
const PAGE = 65536;
/** The period in which the quota of processor time is counted, in microseconds. */
const PERIOD = 100_000;

const exactly = (file: string, value: string): Write => ({
  file,
  value,
  reads: value,
  rounds: 0,
  absent: "error",
});

const pages = (file: string, bytes: number): Write => ({ ...exactly(file, String(bytes)), rounds: PAGE });

/** Bytes, or no limit: v1 reads that back as the largest number of pages. */
const bytesV1 = (file: string, bytes: number): Write =>
  bytes === Infinity ? { ...exactly(file, "-1"), reads: "" } : pages(file, bytes);
const bytesV2 = (file: string, bytes: number): Write =>
  bytes === Infinity ? exactly(file, "max") : pages(file, bytes);

/** `most` as the number of the asked, or none of it. */
const asked = <T>(value: T | undefined, write: (value: T) => readonly Write[]): readonly Write[] =>
  value === undefined ? [] : write(value);

/** As much swap again as memory, where nothing was said and swap is counted. */
const usualSwap = (write: Write): Write => ({ ...write, absent: "fine" });

function swapV1({ memory, memorySwap }: LimitsRequest): readonly Write[] {
  const file = "memory.memsw.limit_in_bytes";
  if (memorySwap !== undefined) return [bytesV1(file, memorySwap)];
  return memory === undefined || memory === Infinity ? [] : [usualSwap(bytesV1(file, 2 * memory))];
}

function swapV2({ memory, memorySwap }: LimitsRequest): readonly Write[] {
  const file = "memory.swap.max";
  if (memorySwap !== undefined) {
    return [bytesV2(file, memorySwap === Infinity ? Infinity : memorySwap - (memory ?? 0))];
  }
  return memory === undefined || memory === Infinity ? [] : [usualSwap(bytesV2(file, memory))];
}

/** As the kernel itself converts them, see CGROUP_WEIGHT_DFL: a weight of 100 is 1024 shares. */
export const sharesOf = (weight: number): number => Math.max(2, Math.round((weight * 1024) / 100));

/** 1 to 10000 on a scale that ends at 1000 and has the same middle. */
export const bfqWeightOf = (weight: number): number =>
  weight <= 100 ? weight : 100 + Math.round(((weight - 100) * 900) / 9900);

const IO_KEYS = [
  ["rbps", "blkio.throttle.read_bps_device"],
  ["wbps", "blkio.throttle.write_bps_device"],
  ["riops", "blkio.throttle.read_iops_device"],
  ["wiops", "blkio.throttle.write_iops_device"],
] as const;

/** The keys of `--io-max`. */
export const IO_MAX_KEYS = IO_KEYS.map(([key]) => key);

const ioV1 = ({ device, most }: IoLimit): Write[] =>
  IO_KEYS.flatMap(([key, file]) => {
    const value = most[key];
    if (value === undefined) return [];
    return [
      value === Infinity
        ? { ...exactly(file, `${device} 0`), reads: "" }
        : exactly(file, `${device} ${value}`),
    ];
  });

const ioV2 = ({ device, most }: IoLimit): Write => {
  const words = IO_KEYS.flatMap(([key]) => {
    const value = most[key];
    return value === undefined ? [] : [`${key}=${value === Infinity ? "max" : value}`];
  });
  const none = Object.values(most).every((value) => value === Infinity);
  const value = `${device} ${words.join(" ")}`;
  return { ...exactly("io.max", value), reads: none ? "" : value };
};

/** The rows, in the order in which they are written: memory before memory and swap. */
export const LIMITS: readonly Limit[] = [
  {
    option: "memory",
    isAsked: ({ memory }) => memory !== undefined,
    v1: {
      controller: "memory",
      files: ["memory.limit_in_bytes"],
      writes: ({ memory }) => asked(memory, (bytes) => [bytesV1("memory.limit_in_bytes", bytes)]),
    },
    v2: {
      controller: "memory",
      files: ["memory.max"],
      writes: ({ memory }) => asked(memory, (bytes) => [bytesV2("memory.max", bytes)]),
    },
  },
  {
    option: "memory-swap",
    isAsked: ({ memory, memorySwap }) => memory !== undefined || memorySwap !== undefined,
    v1: { controller: "memory", files: ["memory.memsw.limit_in_bytes"], writes: swapV1 },
    v2: { controller: "memory", files: ["memory.swap.max"], writes: swapV2 },
  },
  {
    option: "memory-reservation",
    isAsked: ({ memoryReservation }) => memoryReservation !== undefined,
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
    isAsked: ({ swappiness }) => swappiness !== undefined,
    v1: {
      controller: "memory",
      files: ["memory.swappiness"],
      writes: ({ swappiness }) => asked(swappiness, (part) => [exactly("memory.swappiness", String(part))]),
    },
    v2: undefined,
  },
  {
    option: "oom-group",
    isAsked: ({ oomGroup }) => oomGroup,
    v1: undefined,
    v2: {
      controller: "memory",
      files: ["memory.oom.group"],
      writes: ({ oomGroup }) => (oomGroup ? [exactly("memory.oom.group", "1")] : []),
    },
  },
  {
    option: "cpus",
    isAsked: ({ cpus }) => cpus !== undefined,
    v1: {
      controller: "cpu",
      files: ["cpu.cfs_period_us", "cpu.cfs_quota_us"],
      writes: ({ cpus }) =>
        asked(cpus, (quota) => [
          exactly("cpu.cfs_period_us", String(PERIOD)),
          exactly("cpu.cfs_quota_us", String(quota)),
        ]),
    },
    v2: {
      controller: "cpu",
      files: ["cpu.max"],
      writes: ({ cpus }) => asked(cpus, (quota) => [exactly("cpu.max", `${quota} ${PERIOD}`)]),
    },
  },
  {
    option: "cpu-weight",
    isAsked: ({ cpuWeight }) => cpuWeight !== undefined,
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
    isAsked: ({ cpuset }) => cpuset !== undefined,
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
    isAsked: ({ pids }) => pids !== undefined,
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
    isAsked: ({ ioWeight }) => ioWeight !== undefined,
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
    isAsked: ({ ioMax }) => ioMax.length > 0,
    v1: {
      controller: "blkio",
      files: IO_KEYS.map(([, file]) => file),
      writes: ({ ioMax }) => ioMax.flatMap(ioV1),
    },
    v2: { controller: "io", files: ["io.max"], writes: ({ ioMax }) => ioMax.map(ioV2) },
  },
  {
    option: "hugetlb",
    isAsked: ({ hugetlb }) => hugetlb.length > 0,
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

/** The row of that option. */
export const limitOf = (option: string): Limit | undefined => LIMITS.find((limit) => limit.option === option);

/** The row that writes `file`, and its version. */
export function limitOfFile(file: string): { limit: Limit; version: 1 | 2 } | undefined {
  const name = file.replace(/^hugetlb\.[^.]+\./, "hugetlb.SIZE.");
  for (const limit of LIMITS) {
    if (limit.v1?.files.includes(name)) return { limit, version: 1 };
    if (limit.v2?.files.includes(name)) return { limit, version: 2 };
  }
  return undefined;
}
