/**
 * THE operation table. A plan is a list of these; the C helper has one function for each. From this
 * table come the TypeScript types (`./plan.ts`), the encoding (`./encode.ts`), the C enum, argument
 * structs and dispatcher (`build.ts`), and the words of `--explain` (`./describe.ts`).
 *
 * `where` says who does it and when: `before` the clone and `outside` while the child waits are the
 * monitor's, `inside` is the child's. `undo` says what takes it back: `ends` means that it goes away
 * with the process or namespace it was done to; otherwise the operation is undone by the monitor.
 */

/** What a field holds, and so how it is checked, encoded and worded. All but the first two are numbers. */
export type FieldKind = "string" | "path" | "number" | "octal" | "clone_flags" | "mount_attributes";

/** When, and by whom, an operation is done. */
export type Where = "before" | "clone" | "outside" | "inside" | "any";

/** One row of the table. */
export interface Operation {
  readonly where: Where;
  /** What undoes it. */
  readonly undo: string;
  /** One sentence without a full stop; `{field}` stands for a field's value. */
  readonly says: string;
  /** The system call that does the work. */
  readonly call: string;
  /** Where to read on. */
  readonly man: string;
  /** The namespace kind it makes no sense without. */
  readonly kind?: string;
  /** Its fields in the order of the encoding. */
  readonly fields: Readonly<Record<string, FieldKind>>;
}

/** Every operation; its code is its place in this list. */
export const OPS = {
  say: {
    where: "any",
    undo: "ends",
    says: "Print {text}",
    call: "write",
    man: "write(2)",
    fields: { text: "string" },
  },
  standard_fds: {
    where: "before",
    undo: "ends",
    says: "Refuse a directory, a path handle or a namespace as standard input, output or error; open closed ones on /dev/null",
    call: "fstat, openat",
    man: "proc_pid_fd(5)",
    fields: {},
  },
  restore_nofile: {
    where: "before",
    undo: "ends",
    says: "Give the command the caller's limit on open files",
    call: "prlimit64",
    man: "prlimit(2)",
    fields: {},
  },
  open_root: {
    where: "before",
    undo: "ends",
    says: "Open the root filesystem {path}",
    call: "openat",
    man: "open(2)",
    fields: { path: "path" },
  },
  lock_root: {
    where: "before",
    undo: "remove_mount_points",
    says: "Lock the root filesystem against the removal of its mount points (record in {state})",
    call: "flock",
    man: "flock(2)",
    fields: { state: "path" },
  },
  mount_point: {
    where: "before",
    undo: "remove_mount_points",
    says: "Make the mount point {path} where it is absent",
    call: "openat2, mkdirat",
    man: "mkdir(2)",
    kind: "mnt",
    // slot 0: must be a directory; else: whatever stands there is left alone, and the slot tells
    // later operations whether the mount point had to be made.
    fields: { path: "path", slot: "number" },
  },
  child_time_offsets: {
    where: "before",
    undo: "ends",
    says: "Create a time namespace for the process to come, with these clock offsets in seconds: {offsets}",
    call: "unshare, write /proc/self/timens_offsets",
    man: "time_namespaces(7)",
    kind: "time",
    fields: { offsets: "string" },
  },
  clone: {
    where: "clone",
    undo: "ends",
    says: "Create the process in new namespaces: {flags}",
    call: "clone, clone3",
    man: "clone(2)",
    fields: { flags: "clone_flags" },
  },
  deny_setgroups: {
    where: "outside",
    undo: "ends",
    says: "Deny setgroups in the user namespace, as the kernel demands before an unprivileged gid_map",
    call: "write /proc/PID/setgroups",
    man: "user_namespaces(7)",
    kind: "user",
    fields: {},
  },
  uid_map: {
    where: "outside",
    undo: "ends",
    says: "Map user ids (inside outside length): {map}",
    call: "write /proc/PID/uid_map",
    man: "user_namespaces(7)",
    kind: "user",
    fields: { map: "string" },
  },
  gid_map: {
    where: "outside",
    undo: "ends",
    says: "Map group ids (inside outside length): {map}",
    call: "write /proc/PID/gid_map",
    man: "user_namespaces(7)",
    kind: "user",
    fields: { map: "string" },
  },
  time_offsets: {
    where: "inside",
    undo: "ends",
    says: "Create a time namespace with these clock offsets in seconds, to be entered with the command: {offsets}",
    call: "unshare, write /proc/self/timens_offsets",
    man: "time_namespaces(7)",
    kind: "time",
    fields: { offsets: "string" },
  },
  hostname: {
    where: "inside",
    undo: "ends",
    says: "Set the host name to {name}",
    call: "sethostname",
    man: "sethostname(2)",
    kind: "uts",
    fields: { name: "string" },
  },
  link_up: {
    where: "inside",
    undo: "ends",
    says: "Bring the network interface {name} up",
    call: "ioctl SIOCSIFFLAGS",
    man: "netdevice(7)",
    kind: "net",
    fields: { name: "string" },
  },
  private_mounts: {
    where: "inside",
    undo: "ends",
    says: "Make every mount private, so that nothing mounted here reaches the host",
    call: "mount MS_REC|MS_PRIVATE",
    man: "mount_namespaces(7)",
    kind: "mnt",
    fields: {},
  },
  bind_root: {
    where: "inside",
    undo: "ends",
    says: "Bind the root filesystem on itself, so that it is a mount that can become the root",
    call: "open_tree, move_mount",
    man: "open_tree(2)",
    kind: "mnt",
    fields: {},
  },
  mount: {
    where: "inside",
    undo: "ends",
    says: "Mount {type} on {target} ({attributes}; {options})",
    call: "fsopen, fsmount, move_mount",
    man: "fsopen(2)",
    kind: "mnt",
    // when: 0 always, else the slot of a mount_point that had to be made.
    // options: what a question mark leads is left out where the kernel refuses it.
    fields: {
      type: "string",
      target: "path",
      attributes: "mount_attributes",
      options: "string",
      when: "number",
    },
  },
  device: {
    where: "inside",
    undo: "ends",
    says: "Provide the device {path} ({major}:{minor}), or bind the host's where nodes may not be made",
    call: "mknodat, open_tree, move_mount",
    man: "mknod(2)",
    kind: "mnt",
    fields: { path: "path", major: "number", minor: "number" },
  },
  make_dir: {
    where: "inside",
    undo: "ends",
    says: "Make the directory {path} with mode {mode}",
    call: "mkdirat",
    man: "mkdir(2)",
    kind: "mnt",
    fields: { path: "path", mode: "octal" },
  },
  symlink: {
    where: "inside",
    undo: "ends",
    says: "Make the symbolic link {path} to {target}",
    call: "symlinkat",
    man: "symlink(2)",
    kind: "mnt",
    fields: { target: "path", path: "path" },
  },
  console: {
    where: "inside",
    undo: "ends",
    says: "Bind the terminal, if there is one, on {path}",
    call: "open_tree, move_mount",
    man: "console(4)",
    kind: "mnt",
    fields: { path: "path" },
  },
  pivot_root: {
    where: "inside",
    undo: "ends",
    says: "Make it the root, and detach the host's",
    call: "pivot_root, umount2",
    man: "pivot_root(2)",
    kind: "mnt",
    fields: {},
  },
  chroot: {
    where: "inside",
    undo: "ends",
    says: "Change the root directory of this process alone",
    call: "chroot",
    man: "chroot(2)",
    fields: {},
  },
  drop_capability: {
    where: "inside",
    undo: "ends",
    says: "Drop capability {capability} from every set",
    call: "prctl, capset",
    man: "capabilities(7)",
    fields: { capability: "number" },
  },
  guard_terminal: {
    where: "inside",
    undo: "ends",
    says: "Refuse to type into the caller's terminal (TIOCSTI, TIOCLINUX)",
    call: "seccomp",
    man: "ioctl_tty(2)",
    fields: {},
  },
  chdir: {
    where: "inside",
    undo: "ends",
    says: "Go to the directory {path}",
    call: "chdir",
    man: "chdir(2)",
    fields: { path: "path" },
  },
  close_fds: {
    where: "inside",
    undo: "ends",
    says: "Close every descriptor above 2 except {keep}",
    call: "close_range",
    man: "close_range(2)",
    fields: { keep: "string" },
  },
  die_with_monitor: {
    where: "inside",
    undo: "ends",
    says: "Ask to be killed when the monitor dies, and see that it lives",
    call: "prctl PR_SET_PDEATHSIG",
    man: "prctl(2)",
    fields: {},
  },
  restore_signals: {
    where: "inside",
    undo: "ends",
    says: "Give back the signal mask, the ignored signals and the umask as the caller had them",
    call: "rt_sigaction, rt_sigprocmask, umask",
    man: "signal(7)",
    fields: {},
  },
  exec: {
    where: "inside",
    undo: "ends",
    says: "Execute the command, looked up in {path}",
    call: "execve",
    man: "execve(2)",
    fields: { path: "string" },
  },
} as const satisfies Readonly<Record<string, Operation>>;

/** The name of an operation. */
export type OpName = keyof typeof OPS;

/** The names in the order of their codes: an operation's code is its index here. */
export const OP_NAMES = Object.keys(OPS) as readonly OpName[];
