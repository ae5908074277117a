/** Values of the options on limits. */
import { isUnlimited, readBytes, readList, readProcessors, readWhole } from "../../cgroup/amount.ts";
import { IO_MAX_KEYS } from "../../cgroup/io-max.ts";
import { textAt } from "../../cgroup/look.ts";
import type { HugePages, IoLimit } from "../../cgroup/request.ts";
import type { Parsed } from "../../cli/command.ts";
import { didYouMean, suggest } from "../../cli/suggest.ts";
import { statOf } from "../../sys/files.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";

const S_IFMT = 0o170000;
const S_IFBLK = 0o060000;
const HUGE_PAGES = "/sys/kernel/mm/hugepages";
const SIZES = ["4KB", "16KB", "32KB", "64KB", "1MB", "2MB", "16MB", "32MB", "512MB", "1GB", "2GB", "16GB"];

/** The value of `--OPTION` by `read`; undefined where it was not given. @throws UsageError where it is none. */
export function readOption<T>(
  input: Parsed,
  option: string,
  read: (word: string) => T | undefined,
  takes: string,
  hint?: (word: string) => string | undefined,
): T | undefined {
  const word = input.value(option);
  if (word === undefined) return undefined;
  const value = read(word);
  if (value === undefined)
    throw new UsageError(`Invalid "--${option} ${word}": it takes ${takes}`, hint?.(word));
  return value;
}

/** The machine's memory in bytes, see proc_meminfo(5). */
function memoryOfMachine(): number | undefined {
  const line = /^MemTotal:\s+(\d+) kB$/m.exec(textAt("/proc/meminfo") ?? "");
  return line === null ? undefined : Number(line[1]) * 1024;
}

/** Bytes; a part of the machine's memory; or none: Infinity. */
export const bytesOrNone = (word: string): number | undefined =>
  isUnlimited(word) ? Infinity : readBytes(word, word.endsWith("%") ? memoryOfMachine() : undefined);

/** A whole number or none: Infinity. */
export const countOrNone = (word: string): number | undefined =>
  isUnlimited(word) ? Infinity : readWhole(word, 1, 4_194_304);

/** 1 to 10000. */
export const weight = (word: string): number | undefined => readWhole(word, 1, 10_000);

/** A quota of processor time that the kernel takes: a hundredth of a processor at least; or none: Infinity. */
export function processors(word: string): number | undefined {
  const quota = isUnlimited(word) ? Infinity : readProcessors(word);
  return quota !== undefined && quota >= 1000 ? quota : undefined;
}

/** Processors of this machine. */
export function cpuset(word: string): string {
  const possible = textAt("/sys/devices/system/cpu/possible")?.trim() ?? "0-8191";
  const most = Number(/\d+$/.exec(possible)?.[0] ?? 8191);
  const list = readList(word, 99_999);
  if (list === undefined) {
    throw new UsageError(`Invalid "--cpuset ${word}": it takes numbers and ranges`, "--cpuset 0,2-3");
  }
  if (readList(word, most) === undefined) {
    throw new UsageError(`Invalid "--cpuset ${word}": the processors of this machine are ${possible}`);
  }
  return list;
}

/** One `--io-max`. @throws UsageError, or NsboxError where there is no such disk. */
export function ioMax(text: string): IoLimit {
  const [, device = "", words = ""] = /^(.+):([a-z]+=.*)$/s.exec(text) ?? [];
  const takes = (why: string, hint = `--io-max /dev/sda:wbps=1m,riops=100`) =>
    new UsageError(`Invalid "--io-max ${text}": ${why}`, hint);
  if (device === "") throw takes("it takes DEV:KEY=NUMBER[,KEY=NUMBER…]");
  const most: Partial<Record<(typeof IO_MAX_KEYS)[number], number>> = {};
  for (const word of words.split(",")) {
    const [name = "", amount = ""] = word.split("=", 2);
    const key = IO_MAX_KEYS.find((each) => each === name);
    if (key === undefined) {
      throw takes(
        `there is no "${name}"`,
        didYouMean(suggest(name, IO_MAX_KEYS)) ?? `The keys are ${IO_MAX_KEYS.join(", ")}`,
      );
    }
    const number = isUnlimited(amount)
      ? Infinity
      : key.endsWith("bps")
        ? readBytes(amount)
        : readWhole(amount, 1, 4_294_967_295);
    if (number === undefined || number === 0) throw takes(`"${amount}" is no number for ${key}`);
    if (most[key] !== undefined) throw takes(`${key} is there twice`);
    most[key] = number;
  }
  return { device: diskOf(device, text), most };
}

/** `MAJOR:MINOR` of a whole disk: the kernel limits no parts of one. */
function diskOf(device: string, text: string): string {
  const fail = (cause: string, hint?: string) =>
    new NsboxError(`Cannot limit "${device}" by "--io-max ${text}"`, {
      cause,
      ...(hint === undefined ? {} : { hint }),
    });
  let number = /^\d{1,7}:\d{1,7}$/.test(device) ? device : undefined;
  if (number === undefined) {
    const stat = statOf(device);
    if (stat === undefined) {
      const isName = !device.includes("/") && statOf(`/dev/${device}`) !== undefined;
      throw fail(
        "it is not there, or may not be looked at",
        isName ? `--io-max /dev/${text}` : "`ls /sys/block` lists the disks",
      );
    }
    if ((stat.mode & S_IFMT) !== S_IFBLK) throw fail("it is no block device");
    number = `${stat.major}:${stat.minor}`;
  }
  const about = `/sys/dev/block/${number}`;
  if (textAt(`${about}/dev`) === undefined) {
    if (textAt("/sys/dev/block/") === undefined && statOf("/sys/dev/block") === undefined) return number;
    throw fail(`there is no disk ${number}`);
  }
  if (textAt(`${about}/partition`) !== undefined) {
    const disk = textAt(`${about}/../dev`)?.trim() ?? "MAJOR:MINOR";
    throw fail("it is a part of a disk, and the kernel limits whole disks alone", `--io-max ${disk}:…`);
  }
  return number;
}

/** One `--hugetlb`. */
export function hugetlb(text: string): HugePages {
  const [, word = "", amount = ""] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  const page = readBytes(word);
  const size = SIZES.find((name) => readBytes(name) === page);
  const bytes = isUnlimited(amount) ? Infinity : readBytes(amount);
  if (bytes === undefined || page === undefined) {
    throw new UsageError(`Invalid "--hugetlb ${text}": it takes SIZE=BYTES`, "--hugetlb 2MB=64m");
  }
  if (size === undefined || statOf(`${HUGE_PAGES}/hugepages-${page / 1024}kB`) === undefined) {
    const there = SIZES.filter(
      (name) => statOf(`${HUGE_PAGES}/hugepages-${readBytes(name)! / 1024}kB`) !== undefined,
    );
    throw new NsboxError(`Cannot limit huge pages of ${word} by "--hugetlb ${text}"`, {
      cause: `this machine has ${there.length === 0 ? "no huge pages" : `those of ${there.join(", ")}`}`,
    });
  }
  return { size, page, bytes };
}
