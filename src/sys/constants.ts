/** The kernel's numbers that TypeScript itself uses. Those of the plan are checked by the C compiler. */

interface SystemCalls {
  readonly memfd_create: number;
  readonly write: number;
  readonly close: number;
  readonly openat: number;
  readonly fcntl: number;
  readonly read: number;
  readonly readlinkat: number;
  readonly capget: number;
  readonly openat2: number;
  readonly statx: number;
  readonly ioctl: number;
  readonly landlock_create_ruleset: number;
  readonly execveat: number;
  readonly utimensat: number;
  readonly lsetxattr: number;
  readonly lgetxattr: number;
  readonly llistxattr: number;
  readonly ptrace: number;
  readonly wait4: number;
  readonly flock: number;
  readonly ppoll: number;
  readonly renameat2: number;
  readonly pidfd_open: number;
  readonly pidfd_send_signal: number;
  readonly prlimit64: number;
  readonly inotify_init1: number;
  readonly inotify_add_watch: number;
  readonly umount2: number;
  readonly statfs: number;
  readonly faccessat2: number;
  readonly socketpair: number;
  readonly recvmsg: number;
  readonly process_vm_readv: number;
  readonly mknodat: number;
  readonly eventfd2: number;
  readonly getdents64: number;
  readonly socket: number;
  readonly sendto: number;
  readonly recvfrom: number;
  readonly setsockopt: number;
  readonly unlinkat: number;
  readonly setns: number;
}

const X64: SystemCalls = {
  memfd_create: 319,
  write: 1,
  close: 3,
  openat: 257,
  fcntl: 72,
  read: 0,
  readlinkat: 267,
  capget: 125,
  openat2: 437,
  statx: 332,
  ioctl: 16,
  landlock_create_ruleset: 444,
  execveat: 322,
  utimensat: 280,
  lsetxattr: 189,
  lgetxattr: 192,
  llistxattr: 195,
  ptrace: 101,
  wait4: 61,
  flock: 73,
  ppoll: 271,
  renameat2: 316,
  pidfd_open: 434,
  pidfd_send_signal: 424,
  prlimit64: 302,
  inotify_init1: 294,
  inotify_add_watch: 254,
  umount2: 166,
  statfs: 137,
  faccessat2: 439,
  socketpair: 53,
  recvmsg: 47,
  process_vm_readv: 310,
  mknodat: 259,
  eventfd2: 290,
  getdents64: 217,
  socket: 41,
  sendto: 44,
  recvfrom: 45,
  setsockopt: 54,
  unlinkat: 263,
  setns: 308,
};

const ARM64: SystemCalls = {
  memfd_create: 279,
  write: 64,
  close: 57,
  openat: 56,
  fcntl: 25,
  read: 63,
  readlinkat: 78,
  capget: 90,
  openat2: 437,
  statx: 291,
  ioctl: 29,
  landlock_create_ruleset: 444,
  execveat: 281,
  utimensat: 88,
  lsetxattr: 6,
  lgetxattr: 9,
  llistxattr: 12,
  ptrace: 117,
  wait4: 260,
  flock: 32,
  ppoll: 73,
  renameat2: 276,
  pidfd_open: 434,
  pidfd_send_signal: 424,
  prlimit64: 261,
  inotify_init1: 26,
  inotify_add_watch: 27,
  umount2: 39,
  statfs: 43,
  faccessat2: 439,
  socketpair: 199,
  recvmsg: 212,
  process_vm_readv: 270,
  mknodat: 33,
  eventfd2: 19,
  getdents64: 61,
  socket: 198,
  sendto: 206,
  recvfrom: 207,
  setsockopt: 208,
  unlinkat: 35,
  setns: 268,
};

/** System call numbers of the running architecture, see syscalls(2). */
export const SYS: SystemCalls = process.arch === "arm64" ? ARM64 : X64;

/** "Relative to the working directory" for the …at family. */
export const AT_FDCWD = -100;

/** Flags of open(2) that the architectures number in their own ways. */
export const [O_DIRECTORY, O_NOFOLLOW] =
  process.arch === "arm64" ? ([0o40000, 0o100000] as const) : ([0o200000, 0o400000] as const);
