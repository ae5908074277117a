/** The options on limits, as they were typed: for `nsbox run` and `nsbox update`. */
import { isUnlimited, readWhole } from "../../cgroup/amount.ts";
import type { LimitsRequest } from "../../cgroup/request.ts";
import { isSlice } from "../../cgroup/systemd.ts";
import type { Parsed } from "../../cli/command.ts";
import { UsageError } from "../../util/errors.ts";
import {
  bytesOrNone,
  countOrNone,
  cpuset,
  hugetlb,
  ioMax,
  processors,
  readOption,
  weight,
} from "./limit-values.ts";

/** Less than that holds no process. */
const LEAST_MEMORY = 256 * 1024;

/** `--cgroup`, where it is a slice of systemd's. */
export function sliceOf(input: Parsed): string | undefined {
  const word = input.value("cgroup");
  return word !== undefined && isSlice(word) ? word : undefined;
}

const PARENT = "the path of a cgroup, from the root of the hierarchy on, or the name of a slice";

const BYTES = "bytes, such as 100m, 1.5g or 50%";

/** 0 is no limit for other engines, and a bare number megabytes to many people. */
function leastMemoryHint(word: string): string {
  if (/^0+[a-z]*$/i.test(word)) return "--memory -1 is no limit";
  return /^\d+$/.test(word) ? `--memory ${word}m` : "At least 256k";
}

/** What was asked for. @throws UsageError naming the option whose value cannot be. */
export function readLimitsRequest(input: Parsed): LimitsRequest {
  const memory = readOption(input, "memory", bytesOrNone, BYTES);
  const memorySwap = readOption(input, "memory-swap", bytesOrNone, `${BYTES}, or -1`);
  if (memory !== undefined && memory < LEAST_MEMORY) {
    throw new UsageError(
      `Invalid "--memory ${input.value("memory")}": no process fits into ${memory} bytes`,
      leastMemoryHint(input.value("memory")!),
    );
  }
  if (memorySwap !== undefined && memory === undefined) {
    throw new UsageError('Option "--memory-swap" needs "--memory": it is the limit of both together');
  }
  if (memorySwap !== undefined && memorySwap < memory!) {
    throw new UsageError(
      `Invalid "--memory-swap ${input.value("memory-swap")}": it is memory and swap together, and so not less than "--memory ${input.value("memory")}"`,
      `--memory-swap ${input.value("memory")} leaves no swap`,
    );
  }
  return {
    memory,
    memorySwap,
    memoryReservation: readOption(
      input,
      "memory-reservation",
      // Nobody is left all of the machine's.
      (word) => (isUnlimited(word) ? undefined : bytesOrNone(word)),
      BYTES,
    ),
    swappiness: readOption(input, "swappiness", (word) => readWhole(word, 0, 100), "a number from 0 to 100"),
    oomGroup: input.has("oom-group"),
    cpus: readOption(
      input,
      "cpus",
      processors,
      "a number of processors, 0.01 at least, such as 0.5, 2 or 50%",
      (word) => (Number(word) === 0 ? "--cpus -1 is no limit" : undefined),
    ),
    cpuWeight: readOption(input, "cpu-weight", weight, "a number from 1 to 10000"),
    cpuset: readOption(input, "cpuset", cpuset, "numbers and ranges"),
    pids: readOption(input, "pids-limit", countOrNone, "a number from 1 on, or -1"),
    ioWeight: readOption(input, "io-weight", weight, "a number from 1 to 10000"),
    ioMax: input.values("io-max").map(ioMax),
    hugetlb: input.values("hugetlb").map(hugetlb),
    conf: input.values("cgroup-conf").map(confOf),
    parent:
      sliceOf(input) === undefined ? readOption(input, "cgroup", parentOf, PARENT, parentHint) : undefined,
  };
}

/** A path of the kernel's has 4096 bytes; that of a file in the group has to fit as well. */
const LONGEST_PARENT = 2048;

/** `/a/b`, without what `..` would leave. */
function parentOf(word: string): string | undefined {
  const parts = word.split("/").filter((part) => part !== "" && part !== ".");
  const isPath =
    word.startsWith("/") && word.length <= LONGEST_PARENT && !parts.includes("..") && !/[\0\n]/.test(word);
  return isPath ? parts.map((part) => `/${part}`).join("") : undefined;
}

/** Of a name alone. */
const parentHint = (word: string): string | undefined =>
  !word.startsWith("/") && parentOf(`/${word}`) !== undefined ? `--cgroup /${word}` : undefined;

/** The files that would move processes, take controllers away, or freeze what is to begin. */
const NO_CONF = /^(cgroup\.(?!max\.)|freezer\.state$|tasks$|notify_on_release$|release_agent$)/;

function confOf(text: string): { file: string; value: string } {
  const [, file = "", value = ""] = /^([a-z0-9_]+(?:\.[A-Za-z0-9_]+)+)=(.+)$/.exec(text) ?? [];
  if (file === "") {
    throw new UsageError(
      `Invalid "--cgroup-conf ${text}": it takes FILE=VALUE`,
      "--cgroup-conf memory.high=80m",
    );
  }
  if (NO_CONF.test(file)) throw new UsageError(`Invalid "--cgroup-conf ${text}": "${file}" is nsbox's own`);
  return { file, value };
}
