/**
 * THE table of the system calls that name files, and where in their arguments they do. The filter that
 * announces them and what is read of each announcement derive from it. See syscalls(2).
 */

/**
 * What a call does with a path. `open` and `write` are decided by the flags of the call where it has some;
 * `list` reads a directory; `root` may change what paths mean.
 */
export type Deed = "open" | "exec" | "stat" | "list" | "connect" | "write" | "root";

/** One path among a call's arguments, numbered from 0. */
export interface PathArgument {
  readonly deed: Deed;
  /** The argument that points to the path; absent where the call has a descriptor alone. */
  readonly path?: number;
  /** The argument that holds the descriptor which a relative path begins at. */
  readonly at?: number;
  /** The argument with the AT_… flags. */
  readonly flags?: number;
  /** The argument with the O_… flags of open(2), or with a pointer to struct open_how. */
  readonly openFlags?: number;
  readonly openHow?: number;
  /** A link at the path's end is not followed, flags or not. */
  readonly noFollow?: true;
  /** A link at the end is followed only with AT_SYMLINK_FOLLOW. */
  readonly followOnly?: true;
  /** Only what is not there yet is made; `either`: or replaced. Other changes want it to be there. */
  readonly makes?: true | "either";
  /** The path is a socket address, and this argument its length. */
  readonly addressLength?: number;
  /** Only where this argument, or the first word that it points to, has CLONE_NEWNS. */
  readonly cloneFlags?: number;
  readonly cloneArgs?: number;
}

/** A call by name, with its number on i386 where it is there, and the paths it takes. */
export interface FileCall {
  readonly name: string;
  readonly i386?: number;
  readonly paths: readonly PathArgument[];
}

const call = (name: string, i386: number | undefined, ...paths: PathArgument[]): FileCall =>
  i386 === undefined ? { name, paths } : { name, i386, paths };

const stat = (path: number): PathArgument => ({ deed: "stat", path });
const statAt = (flags: number): PathArgument => ({ deed: "stat", at: 0, path: 1, flags });
const lstat: PathArgument = { deed: "stat", path: 0, noFollow: true };
const write = (path: number): PathArgument => ({ deed: "write", path });
const writeLink = (path: number): PathArgument => ({ deed: "write", path, noFollow: true });
const writeAt = (at: number): PathArgument => ({ deed: "write", at, path: at + 1, noFollow: true });
const make = (path: number): PathArgument => ({ deed: "write", path, noFollow: true, makes: true });
const makeAt = (at: number): PathArgument => ({ ...writeAt(at), makes: true });

/** All of them. The names without a number in x86-64's table are i386's alone. */
export const FILE_CALLS: readonly FileCall[] = [
  call("open", 5, { deed: "open", path: 0, openFlags: 1 }),
  call("openat", 295, { deed: "open", at: 0, path: 1, openFlags: 2 }),
  call("openat2", 437, { deed: "open", at: 0, path: 1, openHow: 2 }),
  call("open_tree", 428, statAt(2)),
  call("open_tree_attr", 467, statAt(2)),
  call("fspick", 433, statAt(2)),
  call("move_mount", 429, { deed: "stat", at: 0, path: 1 }, { deed: "stat", at: 2, path: 3 }),
  call("mount", 21, stat(0), stat(1)),
  call("uselib", 86, { deed: "open", path: 0 }),
  call("execve", 11, { deed: "exec", path: 0 }),
  call("execveat", 358, { deed: "exec", at: 0, path: 1, flags: 4 }),

  call("stat", 106, stat(0)),
  call("lstat", 107, lstat),
  call("oldstat", 18, stat(0)),
  call("oldlstat", 84, lstat),
  call("stat64", 195, stat(0)),
  call("lstat64", 196, lstat),
  call("newfstatat", undefined, statAt(3)),
  call("fstatat64", 300, statAt(3)),
  call("statx", 383, statAt(2)),
  call("file_getattr", 468, statAt(4)),
  call("access", 33, stat(0)),
  call("faccessat", 307, { deed: "stat", at: 0, path: 1 }),
  call("faccessat2", 439, statAt(3)),
  call("readlink", 85, lstat),
  call("readlinkat", 305, { deed: "stat", at: 0, path: 1, noFollow: true }),
  call("statfs", 99, stat(0)),
  call("statfs64", 268, stat(0)),
  call("chdir", 12, stat(0)),
  call("getxattr", 229, stat(0)),
  call("lgetxattr", 230, lstat),
  call("listxattr", 232, stat(0)),
  call("llistxattr", 233, lstat),
  call("getxattrat", 464, statAt(2)),
  call("listxattrat", 465, statAt(2)),
  call("name_to_handle_at", 341, { deed: "stat", at: 0, path: 1, flags: 4, followOnly: true }),
  call("inotify_add_watch", 292, stat(1)),
  call("fanotify_mark", 339, { deed: "stat", at: 3, path: 4 }),

  call("getdents", 141, { deed: "list", at: 0 }),
  call("getdents64", 220, { deed: "list", at: 0 }),
  call("readdir", 89, { deed: "list", at: 0 }),

  call("connect", 362, { deed: "connect", path: 1, addressLength: 2 }),
  call("bind", 361, { deed: "write", path: 1, addressLength: 2, makes: true }),

  call("creat", 8, { deed: "write", path: 0, makes: "either" }),
  call("mknod", 14, make(0)),
  call("mknodat", 297, makeAt(0)),
  call("mkdir", 39, make(0)),
  call("mkdirat", 296, makeAt(0)),
  call("symlink", 83, make(1)),
  call("symlinkat", 304, makeAt(1)),
  call("link", 9, lstat, make(1)),
  call("linkat", 303, { deed: "stat", at: 0, path: 1, flags: 4, followOnly: true }, makeAt(2)),
  call("rename", 38, writeLink(0), { ...writeLink(1), makes: "either" }),
  call("renameat", 302, writeAt(0), { ...writeAt(2), makes: "either" }),
  call("renameat2", 353, writeAt(0), { ...writeAt(2), makes: "either" }),
  call("unlink", 10, writeLink(0)),
  call("unlinkat", 301, writeAt(0)),
  call("rmdir", 40, writeLink(0)),
  call("truncate", 92, write(0)),
  call("truncate64", 193, write(0)),
  call("chmod", 15, write(0)),
  call("fchmodat", 306, { deed: "write", at: 0, path: 1 }),
  call("fchmodat2", 452, { deed: "write", at: 0, path: 1, flags: 3 }),
  call("chown", 182, write(0)),
  call("lchown", 16, writeLink(0)),
  call("chown32", 212, write(0)),
  call("lchown32", 198, writeLink(0)),
  call("fchownat", 298, { deed: "write", at: 0, path: 1, flags: 4 }),
  call("utime", 30, write(0)),
  call("utimes", 271, write(0)),
  call("futimesat", 299, { deed: "write", at: 0, path: 1 }),
  call("utimensat", 320, { deed: "write", at: 0, path: 1, flags: 3 }),
  call("utimensat_time64", 412, { deed: "write", at: 0, path: 1, flags: 3 }),
  call("setxattr", 226, write(0)),
  call("lsetxattr", 227, writeLink(0)),
  call("removexattr", 235, write(0)),
  call("lremovexattr", 236, writeLink(0)),
  call("setxattrat", 463, { deed: "write", at: 0, path: 1, flags: 2 }),
  call("removexattrat", 466, { deed: "write", at: 0, path: 1, flags: 2 }),
  call("file_setattr", 469, { deed: "write", at: 0, path: 1, flags: 4 }),

  call("chroot", 61, { deed: "root", path: 0 }),
  call("fchroot", undefined, { deed: "root" }),
  call("pivot_root", 217, { deed: "root" }),
  call("unshare", 310, { deed: "root" }),
  call("setns", 346, { deed: "root" }),
  call("clone", 120, { deed: "root", cloneFlags: 0 }),
  call("clone3", 435, { deed: "root", cloneArgs: 0 }),
];

/** On i386 also the way to connect(2) and bind(2), see socketcall(2). */
export const I386_SOCKETCALL = 102;

/** Which of socketcall's calls take an address: its number there to the call's name. */
export const SOCKETCALLS: Readonly<Record<number, string>> = { 2: "bind", 3: "connect" };

/**
 * Calls that would get round the filter and are answered with ENOSYS: a ring takes requests from memory, and
 * a handle names a file without a path. Names to their numbers on i386.
 */
export const REFUSED_CALLS: readonly (readonly [name: string, i386: number])[] = [
  ["io_uring_setup", 425],
  ["open_by_handle_at", 342],
];

/** The highest number of i386's table that this table was made with; what is beyond it is refused. */
export const I386_LAST = 471;
