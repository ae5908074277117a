/**
 * THE table of namespace kinds. Option letters, long options, `--share` names, clone flags, the names
 * under /proc/PID/ns and every listing derive from it. See namespaces(7).
 */

/** One kind of namespace. */
export interface Kind {
  /** The name of its link under /proc/PID/ns, and in `--share`. */
  readonly name: string;
  /** Its option letter, the one unshare(1) uses. */
  readonly letter: string;
  /** Its long option, without the dashes. */
  readonly long: string;
  /** How people call it. */
  readonly title: string;
  /** Its CLONE_NEW… bit, see clone(2). */
  readonly flag: number;
  /** What the command would share with the host without it. */
  readonly shares: string;
}

/** All kinds, in the order in which they are made and listed. */
export const KINDS = [
  {
    name: "user",
    letter: "U",
    long: "user-ns",
    title: "user",
    flag: 0x10000000,
    shares: "user and group ids, and capabilities",
  },
  {
    name: "mnt",
    letter: "m",
    long: "mount-ns",
    title: "mount",
    flag: 0x00020000,
    shares: "the mounts",
  },
  {
    name: "pid",
    letter: "p",
    long: "pid-ns",
    title: "PID",
    flag: 0x20000000,
    shares: "the processes",
  },
  {
    name: "net",
    letter: "n",
    long: "net-ns",
    title: "network",
    flag: 0x40000000,
    shares: "the network",
  },
  {
    name: "uts",
    letter: "u",
    long: "uts-ns",
    title: "UTS",
    flag: 0x04000000,
    shares: "the host name",
  },
  {
    name: "ipc",
    letter: "i",
    long: "ipc-ns",
    title: "IPC",
    flag: 0x08000000,
    shares: "System V IPC and POSIX message queues",
  },
  {
    name: "cgroup",
    letter: "C",
    long: "cgroup-ns",
    title: "cgroup",
    flag: 0x02000000,
    shares: "the view of the cgroup tree",
  },
  {
    name: "time",
    letter: "T",
    long: "time-ns",
    title: "time",
    flag: 0x00000080,
    shares: "the boot-time and monotonic clocks",
  },
] as const satisfies readonly Kind[];

/** The name of a kind: `"mnt"`, `"pid"`, … */
export type KindName = (typeof KINDS)[number]["name"];

/** Its CLONE_NEW… bit. */
export const flagOf = (kind: KindName): number => KINDS.find(({ name }) => name === kind)!.flag;
