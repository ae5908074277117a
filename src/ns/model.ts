/**
 * What is known of the namespaces of a machine at one moment: pure data. It is what `discover` returns,
 * what `nsbox dump` writes as JSON and `--input` reads again, and what every view is drawn from.
 *
 * What could not be read is `null` or left out, never guessed; `gaps` counts it.
 */
import type { KindName } from "./kinds.ts";

/** The format's name and version, as they stand at the head of a dump. A reader refuses any other version. */
export const FORMAT = { name: "nsbox-namespaces", version: 1 } as const;

/** One moment of one machine. */
export interface Snapshot {
  readonly format: typeof FORMAT.name;
  readonly version: typeof FORMAT.version;
  /** When looking began and ended, as ISO 8601 text in UTC. */
  readonly taken: { readonly begin: string; readonly end: string };
  readonly host: Host;
  readonly viewer: Viewer;
  /** The kinds that this kernel has, in the order of the table of kinds. */
  readonly kinds: readonly KindName[];
  /** Sorted by `id`. */
  readonly namespaces: readonly Namespace[];
  /** Sorted by `pid`. */
  readonly processes: readonly Process[];
  /** Sorted by engine, then name. */
  readonly containers: readonly Container[];
  readonly gaps: Gaps;
  /** Mounts by the id of their mount namespace; only where they were asked for. */
  readonly mounts?: Readonly<Record<string, readonly Mount[]>>;
}

/** The machine. */
export interface Host {
  readonly name: string;
  /** The kernel's release, as uname(2) has it. */
  readonly kernel: string;
  readonly machine: string;
  /** When it was booted, in seconds since 1970. */
  readonly boot: number;
  /** Clock ticks a second: the unit of `start`. */
  readonly ticks: number;
  /** User and group names by id, as far as ids of the snapshot have one. */
  readonly users: Readonly<Record<string, string>>;
}

/** Who looked: what can be seen depends on it. */
export interface Viewer {
  readonly pid: number;
  readonly uid: number;
  /** Names of its effective capabilities: "CAP_SYS_PTRACE". */
  readonly capabilities: readonly string[];
  /** Its own namespaces. PIDs and uids in the snapshot are as these number them. */
  readonly namespaces: NamespaceIds;
}

/** Kind to id. A kind that is missing could not be read, or is not there in this kernel. */
export type NamespaceIds = { readonly [kind in KindName]?: number };

/** One namespace. */
export interface Namespace {
  /** The inode number, unique among all namespaces that live: the N of "net:[N]". */
  readonly id: number;
  readonly kind: KindName;
  /** The device of the inode, as stat(2) has it; the same for all of them. */
  readonly device: number;
  /** Grows with each namespace that is made, and is never used again. Linux 6.18 has it; null before. */
  readonly serial: number | null;
  /** Made with the kernel, not by a process. */
  readonly initial: boolean;
  /** The user namespace that owns it; of a user namespace its parent. null: out of reach, or it has none. */
  readonly owner: number | null;
  /** Who made the owning user namespace (of a user namespace: who made it itself), see ioctl_ns(2). */
  readonly uid: number | null;
  /** user and pid only. null: out of reach, or it has none. */
  readonly parent: number | null;
  /** Ids of those whose `parent` this is. */
  readonly children: readonly number[];
  /** Ids of those whose `owner` this user namespace is, user namespaces not counted. */
  readonly owned: readonly number[];
  /** PIDs in it, in order. */
  readonly processes: readonly number[];
  /** The oldest of its topmost processes: those whose parent is in another. null where it has no process. */
  readonly leader: number | null;
  /** What else keeps it alive. Children and owned namespaces do as well: see `children` and `owned`. */
  readonly holders: readonly Holder[];
}

/** What keeps a namespace alive besides the processes in it. */
export type Holder =
  /** A thread in it whose process is in another. */
  | { readonly by: "thread"; readonly pid: number; readonly tid: number; readonly name: string }
  /** It is what the children of a process will be in: `pid_for_children`, `time_for_children`. */
  | { readonly by: "children"; readonly pid: number; readonly name: string }
  /** A bind mount of it, in the mount namespace `namespace`. */
  | { readonly by: "mount"; readonly namespace: number; readonly path: string }
  /** An open descriptor of it. */
  | { readonly by: "descriptor"; readonly pid: number; readonly fd: number; readonly name: string }
  /** A socket of it (net), held by a process that is in another. */
  | { readonly by: "socket"; readonly pid: number; readonly fd: number; readonly name: string };

/** One process. */
export interface Process {
  readonly pid: number;
  /** 0 where the parent is outside the PID namespace of the viewer. */
  readonly ppid: number;
  /** The kernel's own name for it (comm), any characters. */
  readonly name: string;
  /** Its words, at most 4096 bytes of them; empty for kernel threads and zombies. null: not readable. */
  readonly command: readonly string[] | null;
  /** As ps(1) and proc_pid_stat(5) show it: "R", "S", "D", "Z", "T", … */
  readonly state: string;
  /** In clock ticks after boot. With `pid` it names a process for good. */
  readonly start: number;
  /** Effective user and group. null: not readable. */
  readonly uid: number | null;
  readonly gid: number | null;
  readonly kernel: boolean;
  /** How many threads it has. */
  readonly threads: number;
  readonly nice: number;
  readonly priority: number;
  /** As sched(7) has them: 0 other, 1 fifo, 2 rr, 3 batch, 5 idle, 6 deadline, 7 ext. */
  readonly policy: number;
  /** Its PID in its PID namespace and those above, from the viewer's down to its own. */
  readonly pids: readonly number[];
  /** The path of its cgroup, that of v2 or of the first controller of v1. null: not readable. */
  readonly cgroup: string | null;
  /** Its cgroup is frozen. null: not known. */
  readonly frozen: boolean | null;
  readonly namespaces: NamespaceIds;
  /** Threads that are in other namespaces than their process. */
  readonly strays: readonly Stray[];
  /** Index into `containers`; null where it is in none. */
  readonly container: number | null;
  /** Only where it was asked for. */
  readonly details?: Details;
}

/** A thread in namespaces of its own. */
export interface Stray {
  readonly tid: number;
  readonly name: string;
  /** All of its namespaces. */
  readonly namespaces: NamespaceIds;
}

/** What a process may, and what it lives in: the rest of /proc/PID. Anything not readable is null. */
export interface Details {
  /** Real, effective, saved, file system. */
  readonly uids: readonly number[] | null;
  readonly gids: readonly number[] | null;
  readonly groups: readonly number[] | null;
  /** Sets as hexadecimal masks without "0x", see capabilities(7). */
  readonly capabilities: { readonly [set in CapabilitySet]: string } | null;
  readonly noNewPrivs: boolean | null;
  /** 0 off, 1 strict, 2 filter, see seccomp(2); and how many filters. */
  readonly seccomp: number | null;
  readonly filters: number | null;
  /** CPUs it may run on, as a list: "0-1,4". */
  readonly affinity: string | null;
  /** Lines of `uid_map` and `gid_map`: first id inside, first outside, how many. Outside is the viewer's. */
  readonly uidMap: readonly (readonly [number, number, number])[] | null;
  readonly gidMap: readonly (readonly [number, number, number])[] | null;
  /** As `/proc/PID/limits` names them; "unlimited" or a number. */
  readonly limits: Readonly<Record<string, { readonly soft: string; readonly hard: string }>> | null;
  /** The names of its environment variables; values are nobody's business. */
  readonly environment: readonly string[] | null;
  readonly root: string | null;
  readonly cwd: string | null;
  readonly executable: string | null;
  /** The label of a security module, as in /proc/PID/attr/current. */
  readonly label: string | null;
  /** Path in each hierarchy, by its controllers ("" is v2). */
  readonly cgroups: Readonly<Record<string, string>> | null;
  readonly umask: string | null;
  readonly oomScoreAdj: number | null;
}

/** The five sets of capabilities(7), as /proc/PID/status names them. */
export type CapabilitySet = "inheritable" | "permitted" | "effective" | "bounding" | "ambient";

/** A container, recognised by what /proc shows of its processes. */
export interface Container {
  /** What made it: a row of the table of engines. */
  readonly engine: string;
  /** As the engine knows it; null where only its being there shows. */
  readonly id: string | null;
  readonly name: string | null;
  /** What it belongs to: a pod, a compose project. */
  readonly group: string | null;
  /** Its first process. */
  readonly pid: number;
  /** Index into `containers` of the one that it runs in; null where it runs in none. */
  readonly within: number | null;
  /** Its cgroup is frozen. null: not known. */
  readonly paused: boolean | null;
}

/** How much could not be read, and what right was missing. */
export interface Gaps {
  /** Processes whose namespaces could not be read. */
  readonly processes: number;
  /** Namespaces whose owner or parent is out of reach. */
  readonly relations: number;
  /** Mount namespaces whose mounts could not be read. */
  readonly mounts: number;
  /** Processes whose descriptors could not be looked at. */
  readonly descriptors: number;
  /** Processes that ended while they were looked at: no gap, said for completeness. */
  readonly vanished: number;
  /** What would help, as names: "CAP_SYS_PTRACE", "root of the host's user namespace", "hidepid". */
  readonly missing: readonly string[];
}

/** A line of mountinfo, see proc_pid_mountinfo(5). */
export interface Mount {
  readonly id: number;
  readonly parent: number;
  /** major:minor. */
  readonly device: string;
  /** The directory in the file system that is its root. */
  readonly root: string;
  readonly path: string;
  readonly options: readonly string[];
  /** Peer groups; null where it has none. `from` is the dominant peer group, where that is in reach. */
  readonly shared: number | null;
  readonly master: number | null;
  readonly from: number | null;
  readonly unbindable: boolean;
  readonly type: string;
  readonly source: string;
  readonly superOptions: readonly string[];
}
