/** The most that is read from and written to a disk: four files in v1, one in v2. */
import type { IoLimit } from "./request.ts";
import { exactly, type Write } from "./spelling.ts";

/** The keys, and v1's files for them. */
export const IO_KEYS = [
  ["rbps", "blkio.throttle.read_bps_device"],
  ["wbps", "blkio.throttle.write_bps_device"],
  ["riops", "blkio.throttle.read_iops_device"],
  ["wiops", "blkio.throttle.write_iops_device"],
] as const;

/** The keys of `--io-max`. */
export const IO_MAX_KEYS = IO_KEYS.map(([key]) => key);

/** One disk in v1: 0 is no limit there. */
export const ioV1 = ({ device, most }: IoLimit): Write[] =>
  IO_KEYS.flatMap(([key, file]) => {
    const value = most[key];
    if (value === undefined) return [];
    return [
      value === Infinity
        ? { ...exactly(file, `${device} 0`), reads: "" }
        : exactly(file, `${device} ${value}`),
    ];
  });

/** One disk in v2. Where nothing is limited its line goes. */
export const ioV2 = ({ device, most }: IoLimit): Write => {
  const words = IO_KEYS.flatMap(([key]) => {
    const value = most[key];
    return value === undefined ? [] : [`${key}=${value === Infinity ? "max" : value}`];
  });
  const none = Object.values(most).every((value) => value === Infinity);
  const value = `${device} ${words.join(" ")}`;
  return { ...exactly("io.max", value), reads: none ? "" : value };
};
