/** How limits are written to the files of a group. See the kernel's documentation, admin-guide/cgroup-v1 and cgroup-v2. */
import type { LimitsRequest } from "./request.ts";

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
  /** All that holds only where a number, alone, is read back: of a file of which nothing else is known. */
  readonly number?: true;
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

/** The largest page of the architectures that nsbox runs on: the kernel cuts bytes to whole pages. */
export const PAGE = 65536;
/** The period in which the quota of processor time is counted, in microseconds. */
export const PERIOD = 100_000;

/** A value that reads back as it is. */
export const exactly = (file: string, value: string): Write => ({
  file,
  value,
  reads: value,
  rounds: 0,
  absent: "error",
});

/** Bytes, which the kernel cuts to whole pages. */
export const pages = (file: string, bytes: number): Write => ({
  ...exactly(file, String(bytes)),
  rounds: PAGE,
});

/** Bytes, or no limit: v1 reads that back as the largest number of pages. */
export const bytesV1 = (file: string, bytes: number): Write =>
  bytes === Infinity ? { ...exactly(file, "-1"), reads: "" } : pages(file, bytes);
/** Likewise in v2. */
export const bytesV2 = (file: string, bytes: number): Write =>
  bytes === Infinity ? exactly(file, "max") : pages(file, bytes);

/** What is written for `value`: nothing where it was not asked for. */
export const asked = <T>(value: T | undefined, write: (value: T) => readonly Write[]): readonly Write[] =>
  value === undefined ? [] : write(value);

/** As the kernel itself converts them, see CGROUP_WEIGHT_DFL: a weight of 100 is 1024 shares. */
export const sharesOf = (weight: number): number => Math.max(2, Math.round((weight * 1024) / 100));

/** 1 to 10000 on a scale that ends at 1000 and has the same middle. */
export const bfqWeightOf = (weight: number): number =>
  weight <= 100 ? weight : 100 + Math.round(((weight - 100) * 900) / 9900);
