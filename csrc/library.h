/* The library face of libnshelper.so, for bun:ffi. Results are the kernel's: a value, or minus the errno. */
#ifndef NSBOX_LIBRARY_H
#define NSBOX_LIBRARY_H

#include "types.h"

#define EXPORT __attribute__((visibility("default")))

/* The hash of the operation table that this helper was built with. */
EXPORT const char *nsh_abi(void);

/*
 * Replaces this process by the monitor: writes `helper` (this library's own bytes) and `plan` to a sealed
 * memfd and executes it as `name`. Returns only where that failed.
 */
EXPORT long nsh_launch(const void *helper, u64 helper_size, const void *plan, u64 plan_size,
                       const char *name);

/*
 * Creates a process in the namespaces `flags` (CLONE_NEW…) on a stack of its own, sharing memory with the
 * caller until it executes `path`. Returns its PID once it has done so, or why it could not.
 */
EXPORT long nsh_clone(u64 flags, const char *path, const char *const *argv, const char *const *envp);

/*
 * setns(2) of the calling thread. From a process with threads, such as Bun, the kernel refuses user, mnt
 * (EINVAL) and time (EUSERS), and moves only this thread for the others, except pid, which holds for
 * children.
 */
EXPORT long nsh_setns(int fd, int type);

/* One link under /proc/PID/ns. */
struct nsh_link {
    u32 pid;
    u32 kind;  /* index in nsh_scan's `kinds` */
    u64 inode; /* 0 where it may not be read */
};

/*
 * Reads the links named in `kinds` (NUL after each name, one more at the end) of every process into `links`.
 * Returns how many there are, which may be more than `capacity`.
 */
EXPORT long nsh_scan(const char *kinds, struct nsh_link *links, u64 capacity);

/* One system call of nsh_try. */
struct nsh_call {
    s64 number, arguments[6];
    s64 from[6];  /* the argument is the result of that call instead; -1: it is not */
    s64 optional; /* those behind it are made even where it fails */
    s64 result;
};

/*
 * Makes `calls`, which lie in shared memory, in a child of its own, a copy of this process in the namespaces
 * `flags` (CLONE_NEW…), until one fails. Returns its PID, or why there is none; the caller waits for it. It
 * ends after some seconds, and with the thread that called.
 */
EXPORT long nsh_try(u64 flags, struct nsh_call *calls, u64 count);

#endif
