/* What the monitor sees to before the clone, apart from the root filesystem; and `say`. */
#include "box.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/magic.h>
#include <linux/resource.h>
#include <linux/stat.h>
#include <linux/time_types.h>

#ifndef PID_FS_MAGIC
#define PID_FS_MAGIC 0x50494446
#endif

/* struct statfs of these two architectures begins with the filesystem's type. */
struct statfs_head {
    long type;
    long rest[16];
};

int above_standard(int fd) {
    if (fd < 0 || fd > 2)
        return fd;
    int higher = (int)SYS(fcntl, fd, F_DUPFD_CLOEXEC, 3);
    SYS(close, fd);
    return higher;
}

/* 1 where descriptor `fd` would open a way around the sandbox: see proc_pid_fd(5), openat(2). */
static int leads_outside(int fd, long flags) {
    struct statx stat;
    struct statfs_head fs;
    char path[64], link[64];
    if (flags & O_PATH)
        return 1;
    if (SYS(statx, fd, "", AT_EMPTY_PATH, STATX_TYPE, &stat) == 0 && (stat.stx_mode & 0170000) == 0040000)
        return 1;
    if (SYS(fstatfs, fd, &fs) == 0) {
        if (fs.type == NSFS_MAGIC || fs.type == PID_FS_MAGIC)
            return 1;
        if (fs.type != ANON_INODE_FS_MAGIC)
            return 0;
    }
    text_append_number(text_append(path, path + sizeof path, "/proc/self/fd/"), path + sizeof path, (u64)fd);
    long length = SYS(readlinkat, AT_FDCWD, path, link, sizeof link - 1);
    link[length > 0 ? length : 0] = 0;
    return text_begins(link, "anon_inode:[pidfd]") || text_begins(link, "anon_inode:[fscontext]");
}

long op_standard_fds(void) {
    for (int fd = 0; fd <= 2; fd++) {
        long flags = SYS(fcntl, fd, F_GETFL);
        if (flags == -EBADF) {
            /* The lowest free number is this one. */
            long opened = SYS(openat, AT_FDCWD, "/dev/null", O_RDWR);
            if (opened < 0)
                return opened;
        } else if (flags >= 0 && leads_outside(fd, flags))
            return -EXDEV;
    }
    return 0;
}

/*
 * Bun raised the soft limit to the hard one. The caller's is its parent's, where their hard limits are the
 * same; else the usual 1024. Nothing better can be known.
 */
long op_restore_nofile(void) {
    struct rlimit64 ours, theirs;
    long error = SYS(prlimit64, 0, RLIMIT_NOFILE, 0, &ours);
    if (error < 0)
        return error;
    if (SYS(prlimit64, SYS(getppid), RLIMIT_NOFILE, 0, &theirs) == 0 && theirs.rlim_max == ours.rlim_max)
        ours.rlim_cur = theirs.rlim_cur;
    else
        ours.rlim_cur = ours.rlim_max < 1024 ? ours.rlim_max : 1024;
    return SYS(prlimit64, 0, RLIMIT_NOFILE, &ours, 0);
}

/* "+  0.123 ms  text", for `-v`. */
long op_say(const struct args_say *args) {
    char line[1024];
    const char *end = line + sizeof line;
    struct __kernel_timespec now;
    SYS(clock_gettime, 1, &now); /* CLOCK_MONOTONIC */
    u64 microseconds = (u64)(now.tv_sec * 1000000000 + now.tv_nsec - box.start) / 1000;
    char *at = text_append_number(text_append(line, end, "+ "), end, microseconds / 1000);
    at = text_append(at, end, ".");
    for (u64 digit = 100; digit > 0; digit /= 10)
        at = text_append_number(at, end, microseconds / digit % 10);
    at = text_append(text_append(at, end, " ms  "), end - 1, args->text);
    text_make_harmless(line);
    at = text_append(at, end, "\n");
    SYS(write, 2, line, at - line);
    return 0;
}
