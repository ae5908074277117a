/** What the processes of a group use, as its files tell: of v1 and v2, in the same units. */
import { wordsOf } from "./hierarchy.ts";

/** No limit at all. */
export const NO_LIMIT = "max";

/** An amount and its limit; undefined for what is not known. */
export interface Amount {
  readonly usage: number | undefined;
  readonly limit: number | typeof NO_LIMIT | undefined;
}

/** All of it. What is not known is undefined. */
export interface Usage {
  /** Processor time since the group was made, in seconds. */
  readonly processorTime: number | undefined;
  /** How often its time was used up before the period was over, and for how many seconds it waited then. */
  readonly throttled: number | undefined;
  readonly throttledTime: number | undefined;
  /** Bytes, of caches too: what counts against the limit. */
  readonly memory: Amount;
  /** Bytes of swap alone. */
  readonly swap: Amount;
  readonly processes: Amount;
  /** Bytes since the group was made. */
  readonly read: number | undefined;
  readonly written: number | undefined;
  /** How many processes were killed for want of memory. */
  readonly outOfMemory: number | undefined;
}

/** A file of the group in which its controller is; undefined where there is none. */
export type Read = (controller: string, file: string) => string | undefined;

/** More than any machine has: that is how v1 spells no limit. */
const MOST = 2 ** 60;

const number = (text: string | undefined): number | undefined =>
  /^\d+$/.test(text?.trim() ?? "") ? Number(text) : undefined;

const limit = (text: string | undefined): Amount["limit"] => {
  const value = number(text);
  return text?.trim() === NO_LIMIT || (value !== undefined && value >= MOST) ? NO_LIMIT : value;
};

/** The number behind `key`, at the beginning of a line. */
const keyed = (text: string | undefined, key: string): number | undefined =>
  number(new RegExp(`^${key} (\\d+)$`, "m").exec(text ?? "")?.[1]);

const seconds = (count: number | undefined, each: number): number | undefined =>
  count === undefined ? undefined : count / each;

const minus = (all: number | undefined, part: number | undefined): number | undefined =>
  all === undefined || part === undefined ? undefined : Math.max(0, all - part);

/** Of v2. A group of it tells its time, also without the controller for it. */
export function usageV2(read: Read): Usage {
  const time = read("cpu", "cpu.stat");
  const disks = read("io", "io.stat");
  const sum = (key: string): number | undefined =>
    disks === undefined
      ? undefined
      : wordsOf(disks)
          .filter((word) => word.startsWith(`${key}=`))
          .reduce((all, word) => all + Number(word.slice(key.length + 1)), 0);
  return {
    processorTime: seconds(keyed(time, "usage_usec"), 1e6),
    throttled: keyed(time, "nr_throttled"),
    throttledTime: seconds(keyed(time, "throttled_usec"), 1e6),
    memory: {
      usage: number(read("memory", "memory.current")),
      limit: limit(read("memory", "memory.max")),
    },
    swap: {
      usage: number(read("memory", "memory.swap.current")),
      limit: limit(read("memory", "memory.swap.max")),
    },
    processes: { usage: number(read("pids", "pids.current")), limit: limit(read("pids", "pids.max")) },
    read: sum("rbytes"),
    written: sum("wbytes"),
    outOfMemory: keyed(read("memory", "memory.events"), "oom_kill"),
  };
}

/** Of v1, whose memory.memsw files count memory and swap together. */
export function usageV1(read: Read): Usage {
  const time = read("cpu", "cpu.stat");
  const memory = {
    usage: number(read("memory", "memory.usage_in_bytes")),
    limit: limit(read("memory", "memory.limit_in_bytes")),
  };
  const both = limit(read("memory", "memory.memsw.limit_in_bytes"));
  const swapLimit =
    both === undefined || both === NO_LIMIT || typeof memory.limit !== "number"
      ? both
      : minus(both, memory.limit);
  const disks =
    read("blkio", "blkio.throttle.io_service_bytes_recursive") ??
    read("blkio", "blkio.throttle.io_service_bytes");
  const sum = (key: string): number | undefined =>
    disks === undefined
      ? undefined
      : [...disks.matchAll(new RegExp(`^\\d+:\\d+ ${key} (\\d+)$`, "gm"))].reduce(
          (all, [, bytes]) => all + Number(bytes),
          0,
        );
  return {
    processorTime: seconds(number(read("cpuacct", "cpuacct.usage")), 1e9),
    throttled: keyed(time, "nr_throttled"),
    throttledTime: seconds(keyed(time, "throttled_time"), 1e9),
    memory,
    swap: {
      usage:
        both === undefined
          ? undefined
          : (keyed(read("memory", "memory.stat"), "total_swap") ??
            keyed(read("memory", "memory.stat"), "swap")),
      limit: swapLimit,
    },
    processes: { usage: number(read("pids", "pids.current")), limit: limit(read("pids", "pids.max")) },
    read: sum("Read"),
    written: sum("Write"),
    outOfMemory: keyed(read("memory", "memory.oom_control"), "oom_kill"),
  };
}

/** Of both, where a layout has controllers in either: what one does not know the other may. */
export function joinUsage(one: Usage, other: Usage): Usage {
  const amount = (a: Amount, b: Amount): Amount => ({
    usage: a.usage ?? b.usage,
    limit: a.limit ?? b.limit,
  });
  return {
    processorTime: one.processorTime ?? other.processorTime,
    throttled: one.throttled ?? other.throttled,
    throttledTime: one.throttledTime ?? other.throttledTime,
    memory: amount(one.memory, other.memory),
    swap: amount(one.swap, other.swap),
    processes: amount(one.processes, other.processes),
    read: one.read ?? other.read,
    written: one.written ?? other.written,
    outOfMemory: one.outOfMemory ?? other.outOfMemory,
  };
}
