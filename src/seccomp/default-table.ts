/**
 * The default filter: a decision for every system call that x86-64 and aarch64 have, each in one group. What
 * the container engines' profiles let through is let through here, and what they refuse is refused.
 */
import type { Condition } from "./profile.ts";

/**
 * When calls are let through: always; with one of these capabilities in the bounding set; never (EPERM); or
 * they are "gone", from every kernel that nsbox runs on, and the filter answers as those do (ENOSYS).
 */
export type Let = "always" | "never" | "gone" | readonly string[];

/** Calls that share a decision and the reason for it. */
export interface Group {
  readonly why: string;
  readonly let: Let;
  /** Names, separated by blanks. */
  readonly calls: string;
}

/** A call that is let through where one of `when` holds, or always with one of the capabilities in `free`. */
export interface Checked {
  readonly why: string;
  readonly call: string;
  readonly free: readonly string[];
  readonly when: readonly (readonly Condition[])[];
  /** The errno of what is refused, where it is not EPERM. */
  readonly errno?: "ENOSYS";
}

/** All but the calls in `CHECKED`. */
export const GROUPS: readonly Group[] = [
  {
    why: "files: open, read, write, place, wait for",
    let: "always",
    calls: `open openat openat2 creat close close_range read readv pread64 preadv preadv2 write writev pwrite64
      pwritev pwritev2 lseek dup dup2 dup3 fcntl flock fsync fdatasync sync syncfs sync_file_range truncate
      ftruncate fallocate fadvise64 readahead sendfile copy_file_range splice tee vmsplice pipe pipe2
      getdents getdents64 poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait
      epoll_pwait epoll_pwait2 eventfd eventfd2 signalfd signalfd4 timerfd_create timerfd_settime
      timerfd_gettime inotify_init inotify_init1 inotify_add_watch inotify_rm_watch fanotify_mark cachestat
      io_setup io_destroy io_getevents io_submit io_cancel io_pgetevents`,
  },
  {
    why: "files by name, their metadata and attributes, within the mounts there are",
    let: "always",
    calls: `stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2 chdir fchdir getcwd
      mkdir mkdirat rmdir link linkat unlink unlinkat symlink symlinkat readlink readlinkat rename renameat
      renameat2 mknod mknodat chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat umask utime utimes
      futimesat utimensat name_to_handle_at statmount listmount file_getattr file_setattr
      getxattr lgetxattr fgetxattr getxattrat listxattr llistxattr flistxattr listxattrat
      setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat`,
  },
  {
    why: "terminals and devices that one may open; what pushes input into a terminal is refused on its own",
    let: "always",
    calls: "ioctl",
  },
  {
    why: "memory of one's own",
    let: "always",
    calls: `mmap munmap mremap mprotect madvise mincore msync mlock mlock2 munlock mlockall munlockall brk
      remap_file_pages membarrier pkey_alloc pkey_free pkey_mprotect memfd_create memfd_secret
      map_shadow_stack mseal`,
  },
  {
    why: "processes and threads of one's own",
    let: "always",
    calls: `fork vfork execve execveat exit exit_group wait4 waitid getpid getppid gettid getpgid getpgrp
      setpgid getsid setsid set_tid_address set_robust_list get_robust_list rseq rseq_slice_yield futex
      futex_waitv futex_wake futex_wait futex_requeue prctl arch_prctl modify_ldt set_thread_area
      get_thread_area pidfd_open process_mrelease restart_syscall getcpu getrandom`,
  },
  {
    why: "signals",
    let: "always",
    calls: `kill tkill tgkill pidfd_send_signal rt_sigaction rt_sigprocmask rt_sigpending rt_sigtimedwait
      rt_sigsuspend rt_sigqueueinfo rt_tgsigqueueinfo rt_sigreturn sigaltstack pause`,
  },
  {
    why: "debuggers: since Linux 4.8 a tracer gets no call past the filter",
    let: "always",
    calls: "ptrace process_vm_readv process_vm_writev",
  },
  {
    why: "the kernel itself makes them for probes; from a program they do nothing",
    let: "always",
    calls: "uretprobe uprobe",
  },
  {
    why: "identity: the kernel asks for the capabilities",
    let: "always",
    calls: `getuid geteuid getgid getegid getresuid getresgid getgroups setuid setgid setreuid setregid
      setresuid setresgid setfsuid setfsgid setgroups capget capset`,
  },
  {
    why: "time: read, wait, and adjust where CAP_SYS_TIME lets",
    let: "always",
    calls: `time times gettimeofday clock_gettime clock_getres clock_nanosleep nanosleep alarm getitimer
      setitimer timer_create timer_settime timer_gettime timer_getoverrun timer_delete adjtimex clock_adjtime`,
  },
  {
    why: "scheduling and limits",
    let: "always",
    calls: `sched_yield sched_setparam sched_getparam sched_setscheduler sched_getscheduler
      sched_get_priority_max sched_get_priority_min sched_rr_get_interval sched_setaffinity sched_getaffinity
      sched_setattr sched_getattr getpriority setpriority ioprio_set ioprio_get getrlimit setrlimit prlimit64
      getrusage`,
  },
  {
    why: "sockets that exist, and pairs",
    let: "always",
    calls: `socketpair bind listen accept accept4 connect getsockname getpeername getsockopt setsockopt sendto
      sendmsg sendmmsg recvfrom recvmsg recvmmsg shutdown`,
  },
  {
    why: "System V and POSIX queues, semaphores, shared memory",
    let: "always",
    calls: `msgget msgsnd msgrcv msgctl semget semop semctl semtimedop shmget shmat shmctl shmdt mq_open
      mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr`,
  },
  { why: "what the system is", let: "always", calls: "uname sysinfo" },
  {
    why: "to confine oneself further",
    let: "always",
    calls: "seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self",
  },
  {
    why: "mounts: what the sandbox is built of",
    let: ["SYS_ADMIN"],
    calls: `mount umount2 pivot_root fsopen fsconfig fsmount fspick open_tree open_tree_attr move_mount
      mount_setattr`,
  },
  {
    why: "namespaces: with one of one's own come capabilities, and kernel code that was written for root",
    let: ["SYS_ADMIN"],
    calls: "unshare setns listns",
  },
  {
    why: "administration of the system",
    let: ["SYS_ADMIN"],
    calls: `sethostname setdomainname quotactl quotactl_fd fanotify_init lookup_dcookie lsm_get_self_attr
      lsm_set_self_attr lsm_list_modules`,
  },
  { why: "programs in the kernel", let: ["SYS_ADMIN", "BPF"], calls: "bpf" },
  {
    why: "counters and traces, a large interface with a long record of holes",
    let: ["SYS_ADMIN", "PERFMON"],
    calls: "perf_event_open",
  },
  { why: "the kernel's log", let: ["SYS_ADMIN", "SYSLOG"], calls: "syslog" },
  {
    why: "other processes' descriptors, memory and relations",
    let: ["SYS_PTRACE"],
    calls: "pidfd_getfd process_madvise kcmp",
  },
  {
    why: "files by handle, past every directory above them: a way out of a bind mount",
    let: ["DAC_READ_SEARCH"],
    calls: "open_by_handle_at",
  },
  { why: "another root directory", let: ["SYS_CHROOT"], calls: "chroot fchroot" },
  {
    why: "memory of other nodes, and what is known of it",
    let: ["SYS_NICE"],
    calls: "mbind get_mempolicy set_mempolicy set_mempolicy_home_node",
  },
  { why: "the clock, which all containers share", let: ["SYS_TIME"], calls: "settimeofday clock_settime" },
  { why: "the machine's power", let: ["SYS_BOOT"], calls: "reboot" },
  { why: "code in the kernel", let: ["SYS_MODULE"], calls: "init_module finit_module delete_module" },
  { why: "accounting of all processes", let: ["SYS_PACCT"], calls: "acct" },
  { why: "ports of the machine", let: ["SYS_RAWIO"], calls: "iopl ioperm" },
  { why: "hang up the terminal", let: ["SYS_TTY_CONFIG"], calls: "vhangup" },
  {
    why: "makes calls that no filter sees, and has a long record of holes",
    let: "never",
    calls: "io_uring_setup io_uring_enter io_uring_register",
  },
  {
    why: "keys, which belong to users and not to containers",
    let: "never",
    calls: "add_key request_key keyctl",
  },
  { why: "stops the kernel at a chosen place: a tool of exploits", let: "never", calls: "userfaultfd" },
  { why: "another kernel", let: "never", calls: "kexec_load kexec_file_load" },
  { why: "swap of the whole machine", let: "never", calls: "swapon swapoff" },
  { why: "moves memory of other processes", let: "never", calls: "migrate_pages move_pages" },
  { why: "obsolete, and hardly looked after", let: "never", calls: "uselib ustat sysfs" },
  {
    why: "no kernel from 5.10 on has them",
    let: "gone",
    calls: `_sysctl create_module get_kernel_syms query_module nfsservctl getpmsg putpmsg afs_syscall tuxcall
      security vserver epoll_ctl_old epoll_wait_old`,
  },
];

/** Any of CLONE_NEW… but CLONE_NEWTIME, which clone(2) takes for a signal's number. See clone(2). */
const CLONE_NEW = 0x7e020000n;

/** For arguments of 32 bits: the kernel does not look at the rest, so neither may the filter. */
const INT = 0xffffffffn;

const between = (first: number, last: number): readonly Condition[] => [
  { index: 0, op: "GE", value: BigInt(first), mask: INT },
  { index: 0, op: "LE", value: BigInt(last), mask: INT },
];

const is = (value: number): readonly Condition[] => [{ index: 0, op: "EQ", value: BigInt(value), mask: INT }];

/**
 * AF_… up to AF_MCTP, see socket(2): not AF_ALG (38) and AF_VSOCK (40), none of those that Linux has dropped
 * by now (12 DECnet, 19, 20, 23, 25, 34 ISDN, 37 CAIF) and nobody looks after, and none that come later.
 */
const FAMILIES = [
  between(0, 11),
  between(13, 18),
  between(21, 22),
  is(24),
  between(26, 33),
  between(35, 36),
  is(39),
  between(41, 45),
];

/** PER_LINUX and PER_LINUX32, each also with UNAME26, and the question which it is. See personality(2). */
const PERSONALITIES = [0, 0x8, 0x20000, 0x20008, 0xffffffff];

/** Calls whose arguments count. */
export const CHECKED: readonly Checked[] = [
  {
    call: "clone",
    why: "processes and threads, but no namespaces",
    free: ["SYS_ADMIN"],
    when: [[{ index: 0, op: "EQ", value: 0n, mask: CLONE_NEW }]],
  },
  {
    call: "clone3",
    why: "its flags are in memory, where no filter sees them; told that there is no such call, libraries use clone",
    free: ["SYS_ADMIN"],
    when: [],
    errno: "ENOSYS",
  },
  {
    call: "personality",
    why: "none that turns off randomised addresses or other defences",
    free: [],
    when: PERSONALITIES.map(is),
  },
  {
    call: "socket",
    why: "not AF_ALG, the kernel's cryptography, AF_VSOCK, which knows no network namespaces, nor what Linux has dropped by now",
    free: [],
    when: FAMILIES,
  },
];
