/** What a command may use, as it was asked for: amounts that mean the same in both versions of cgroups. */

/** The most that is read from and written to one disk. */
export interface IoLimit {
  /** `MAJOR:MINOR`. */
  readonly device: string;
  /** Bytes or operations a second; Infinity for no limit. */
  readonly most: Readonly<Partial<Record<"rbps" | "wbps" | "riops" | "wiops", number>>>;
}

/** Pages of one size. */
export interface HugePages {
  /** As the kernel names it: `2MB`. */
  readonly size: string;
  /** One of them in bytes. */
  readonly page: number;
  /** Infinity for no limit. */
  readonly bytes: number;
}

/** All of it. Bytes are Infinity where there is to be no limit. */
export interface LimitsRequest {
  readonly memory: number | undefined;
  /** Memory and swap together. */
  readonly memorySwap: number | undefined;
  readonly memoryReservation: number | undefined;
  /** 0 to 100. */
  readonly swappiness: number | undefined;
  readonly oomGroup: boolean;
  /** In hundred-thousandths of one processor; Infinity for no limit. */
  readonly cpus: number | undefined;
  /** 1 to 10000; 100 is what others have. */
  readonly cpuWeight: number | undefined;
  /** Processors, in the kernel's spelling. */
  readonly cpuset: string | undefined;
  readonly pids: number | undefined;
  /** 1 to 10000; 100 is what others have. */
  readonly ioWeight: number | undefined;
  readonly ioMax: readonly IoLimit[];
  readonly hugetlb: readonly HugePages[];
  /** Files of the group, and what is written to them as it stands. */
  readonly conf: readonly { readonly file: string; readonly value: string }[];
  /** The group that the run's is made in, from the visible root of its hierarchy on. */
  readonly parent: string | undefined;
}
