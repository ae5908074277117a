/**
 * THE table of capabilities, see capabilities(7). The C compiler proves the numbers when the helper is
 * built. Sets of them are numbers with bit n for capability n: there are more than 32, so they are put
 * together by addition, never by the operators that cut to 32 bits.
 */

/** One capability. */
export interface Capability {
  /** Without `CAP_`. */
  readonly name: string;
  readonly number: number;
  /** A command has it unless told otherwise: the set that container engines agree on. */
  readonly kept: boolean;
  /** What it lets a process do. */
  readonly allows: string;
}

/** All of them, in the order of their numbers. */
export const CAPABILITIES = [
  { name: "CHOWN", number: 0, kept: true, allows: "Change owners of files" },
  { name: "DAC_OVERRIDE", number: 1, kept: true, allows: "Pass over the permissions of files" },
  {
    name: "DAC_READ_SEARCH",
    number: 2,
    kept: false,
    allows: "Read any file, and open files by handle, which leaves any root",
  },
  { name: "FOWNER", number: 3, kept: true, allows: "Change modes and attributes of files of others" },
  { name: "FSETID", number: 4, kept: true, allows: "Keep setuid and setgid bits when a file is changed" },
  { name: "KILL", number: 5, kept: true, allows: "Signal processes of others" },
  { name: "SETGID", number: 6, kept: true, allows: "Change group ids" },
  { name: "SETUID", number: 7, kept: true, allows: "Change user ids" },
  { name: "SETPCAP", number: 8, kept: true, allows: "Drop from the bounding set" },
  {
    name: "LINUX_IMMUTABLE",
    number: 9,
    kept: false,
    allows: "Change the immutable and append-only attributes",
  },
  { name: "NET_BIND_SERVICE", number: 10, kept: true, allows: "Listen on ports below 1024" },
  { name: "NET_BROADCAST", number: 11, kept: false, allows: "Unused by the kernel" },
  { name: "NET_ADMIN", number: 12, kept: false, allows: "Configure interfaces, routes, firewalls" },
  { name: "NET_RAW", number: 13, kept: false, allows: "Forge packets: raw and packet sockets" },
  { name: "IPC_LOCK", number: 14, kept: false, allows: "Lock memory without limit" },
  { name: "IPC_OWNER", number: 15, kept: false, allows: "Pass over the permissions of System V IPC" },
  { name: "SYS_MODULE", number: 16, kept: false, allows: "Load kernel modules" },
  { name: "SYS_RAWIO", number: 17, kept: false, allows: "Reach hardware ports and memory" },
  {
    name: "SYS_CHROOT",
    number: 18,
    kept: true,
    allows: "Call chroot(2), by which one climbs out of a chroot; taken away where ROOTFS is one",
  },
  { name: "SYS_PTRACE", number: 19, kept: false, allows: "Look into and change any process" },
  { name: "SYS_PACCT", number: 20, kept: false, allows: "Switch process accounting" },
  { name: "SYS_ADMIN", number: 21, kept: false, allows: "Mount, make namespaces, and very much more" },
  { name: "SYS_BOOT", number: 22, kept: false, allows: "Reboot, and load another kernel" },
  { name: "SYS_NICE", number: 23, kept: false, allows: "Raise priorities" },
  { name: "SYS_RESOURCE", number: 24, kept: false, allows: "Pass over resource limits" },
  { name: "SYS_TIME", number: 25, kept: false, allows: "Set the clock" },
  { name: "SYS_TTY_CONFIG", number: 26, kept: false, allows: "Hang up terminals" },
  { name: "MKNOD", number: 27, kept: false, allows: "Make device nodes" },
  { name: "LEASE", number: 28, kept: false, allows: "Take leases on any file" },
  { name: "AUDIT_WRITE", number: 29, kept: false, allows: "Write to the audit log" },
  { name: "AUDIT_CONTROL", number: 30, kept: false, allows: "Configure auditing" },
  { name: "SETFCAP", number: 31, kept: true, allows: "Give capabilities to files" },
  { name: "MAC_OVERRIDE", number: 32, kept: false, allows: "Pass over a security module's policy" },
  { name: "MAC_ADMIN", number: 33, kept: false, allows: "Configure a security module" },
  { name: "SYSLOG", number: 34, kept: false, allows: "Read and clear the kernel's log" },
  { name: "WAKE_ALARM", number: 35, kept: false, allows: "Set timers that wake the machine" },
  { name: "BLOCK_SUSPEND", number: 36, kept: false, allows: "Keep the machine awake" },
  { name: "AUDIT_READ", number: 37, kept: false, allows: "Read the audit log" },
  { name: "PERFMON", number: 38, kept: false, allows: "Watch the whole machine's performance" },
  { name: "BPF", number: 39, kept: false, allows: "Load BPF programs" },
  {
    name: "CHECKPOINT_RESTORE",
    number: 40,
    kept: false,
    allows: "Choose process ids, and read links under /proc/PID/map_files",
  },
] as const satisfies readonly Capability[];

/** `"SYS_ADMIN"` and the like. */
export type CapabilityName = (typeof CAPABILITIES)[number]["name"];

/** Its number. */
export const capabilityNumber = (name: CapabilityName): number =>
  CAPABILITIES.find((row) => row.name === name)!.number;

/** Every capability that this table knows. */
export const ALL_CAPABILITIES = 2 ** CAPABILITIES.length - 1;

/** 1 where `set` holds capability `number`. */
export const holds = (set: number, number: number): boolean => Math.floor(set / 2 ** number) % 2 === 1;

/** The set of these names. */
export function capabilitySet(names: readonly string[]): number {
  let set = 0;
  for (const { name, number } of CAPABILITIES) if (names.includes(name)) set += 2 ** number;
  return set;
}

/** What a command has unless told otherwise. */
export function keptCapabilities(): number {
  let set = 0;
  for (const { kept, number } of CAPABILITIES) if (kept) set += 2 ** number;
  return set;
}

/** The names in a set, in the table's order. */
export function capabilityNames(set: number): CapabilityName[] {
  const names: CapabilityName[] = [];
  for (const { name, number } of CAPABILITIES) if (holds(set, number)) names.push(name);
  return names;
}
