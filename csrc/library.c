#include "library.h"
#include "plan.h"
#include "sys.h"
#include "text.h"
#include "thread.h"
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/memfd.h>
#include <linux/sched.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x10U
#endif

const char *nsh_abi(void) {
    return PLAN_HASH;
}

static long write_all(int fd, const void *bytes, u64 size) {
    for (const char *at = bytes; size > 0;) {
        long written = SYS(write, fd, at, size);
        if (written < 0)
            return written;
        at += written;
        size -= (u64)written;
    }
    return 0;
}

long nsh_launch(const void *helper, u64 helper_size, const void *plan, u64 plan_size, const char *name) {
    const char *argv[] = {name, 0}, *envp[] = {0};
    int fd = (int)SYS(memfd_create, "nsbox", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
    if (fd == -EINVAL)
        fd = (int)SYS(memfd_create, "nsbox", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return fd;
    long error = write_all(fd, helper, helper_size);
    if (error == 0)
        error = write_all(fd, plan, plan_size);
    if (error == 0)
        error = SYS(fcntl, fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
    if (error == 0)
        error = SYS(execveat, fd, "", argv, envp, AT_EMPTY_PATH);
    SYS(close, fd);
    return error;
}

/* The new process begins here, on its own stack; the caller is suspended until it execs or exits. */
struct start {
    const char *path;
    const char *const *argv, *const *envp;
    long error;
};

static void clone_entry(void *argument) {
    struct start *start = argument;
    u64 none = 0;
    SYS(rt_sigprocmask, SIG_SETMASK, &none, 0, sizeof none);
    start->error = SYS(execve, start->path, start->argv, start->envp);
    for (;;)
        SYS(exit, 127);
}

long nsh_clone(u64 flags, const char *path, const char *const *argv, const char *const *envp) {
    enum { STACK = 65536 };
    struct start start = {path, argv, envp, 0};
    u64 all = ~0UL, mask;
    if (flags & ~(u64)(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
                       CLONE_NEWNET | CLONE_NEWCGROUP))
        return -EINVAL;
    long stack = thread_stack(STACK);
    if (stack < 0 && stack > -4096)
        return stack;
    SYS(rt_sigprocmask, SIG_BLOCK, &all, &mask, sizeof mask);
    long child =
        thread_clone(flags | CLONE_VM | CLONE_VFORK | SIGCHLD, (char *)stack + STACK, 0, clone_entry, &start);
    SYS(rt_sigprocmask, SIG_SETMASK, &mask, 0, sizeof mask);
    SYS(munmap, stack, STACK);
    if (child > 0 && start.error < 0)
        SYS(wait4, child, 0, 0, 0);
    return child > 0 && start.error < 0 ? start.error : child;
}

long nsh_setns(int fd, int type) {
    return SYS(setns, fd, type);
}
