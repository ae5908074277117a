/** THE table of resource limits, see getrlimit(2). The C compiler proves the numbers. */

/** One limit. */
export interface Resource {
  /** Its name as in ulimit and in the engines: RLIMIT_… in lower case. */
  readonly name: string;
  readonly number: number;
  /** What is counted. */
  readonly limits: string;
}

/** All of them, in the order of their numbers. */
export const RESOURCES = [
  { name: "cpu", number: 0, limits: "seconds of processor time" },
  { name: "fsize", number: 1, limits: "bytes of a file that is written" },
  { name: "data", number: 2, limits: "bytes of data" },
  { name: "stack", number: 3, limits: "bytes of stack" },
  { name: "core", number: 4, limits: "bytes of a core file" },
  { name: "rss", number: 5, limits: "nothing any more" },
  { name: "nproc", number: 6, limits: "processes of the user" },
  { name: "nofile", number: 7, limits: "open files" },
  { name: "memlock", number: 8, limits: "bytes of locked memory" },
  { name: "as", number: 9, limits: "bytes of address space" },
  { name: "locks", number: 10, limits: "nothing any more" },
  { name: "sigpending", number: 11, limits: "queued signals of the user" },
  { name: "msgqueue", number: 12, limits: "bytes of POSIX message queues of the user" },
  { name: "nice", number: 13, limits: "the nice value, as 20 minus it" },
  { name: "rtprio", number: 14, limits: "the real-time priority" },
  { name: "rttime", number: 15, limits: "microseconds of real-time work without a pause" },
] as const satisfies readonly Resource[];

/** The number of a limit, by its name. */
export const resourceNumber = (name: (typeof RESOURCES)[number]["name"]): number =>
  RESOURCES.find((row) => row.name === name)!.number;

/** The kernel's word for no limit, as the helper reads numbers. */
export const NO_LIMIT = -1;
