#include "library.h"
#include "plan.h"
#include "sys.h"
#include "text.h"
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

__attribute__((used)) static void clone_entry(struct start *start) {
    u64 none = 0;
    SYS(rt_sigprocmask, SIG_SETMASK, &none, 0, sizeof none);
    start->error = SYS(execve, start->path, start->argv, start->envp);
    for (;;)
        SYS(exit, 127);
}

/* clone(2) with a stack: the child must not return through frames that are not on it. */
static long clone_on_stack(u64 flags, void *stack_top, struct start *start) {
#if defined(__x86_64__)
    long result;
    register long r10 __asm__("r10") = 0;
    register long r8 __asm__("r8") = 0;
    register struct start *r12 __asm__("r12") = start;
    __asm__ volatile("syscall\n\ttest %%rax,%%rax\n\tjnz 1f\n\txor %%ebp,%%ebp\n\tmov %%r12,%%rdi\n\t"
                     "call *%[entry]\n1:"
                     : "=a"(result)
                     : "a"(__NR_clone), "D"(flags), "S"(stack_top), "d"(0), "r"(r10), "r"(r8),
                       "r"(r12), [entry] "r"(clone_entry)
                     : "rcx", "r11", "memory");
    return result;
#else
    register long x8 __asm__("x8") = __NR_clone;
    register u64 x0 __asm__("x0") = flags;
    register void *x1 __asm__("x1") = stack_top;
    register long x2 __asm__("x2") = 0;
    register long x3 __asm__("x3") = 0;
    register long x4 __asm__("x4") = 0;
    register struct start *x19 __asm__("x19") = start;
    register void (*x20)(struct start *) __asm__("x20") = clone_entry;
    __asm__ volatile("svc 0\n\tcbnz x0, 1f\n\tmov x29, #0\n\tmov x0, x19\n\tblr x20\n1:"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x19), "r"(x20)
                     : "x30", "memory");
    return (long)x0;
#endif
}

long nsh_clone(u64 flags, const char *path, const char *const *argv, const char *const *envp) {
    enum { STACK = 65536 };
    struct start start = {path, argv, envp, 0};
    u64 all = ~0UL, mask;
    if (flags & ~(u64)(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
                       CLONE_NEWNET | CLONE_NEWCGROUP))
        return -EINVAL;
    long stack = SYS(mmap, 0, STACK, 3, 0x20022, -1, 0); /* read, write; private, anonymous, stack */
    if (stack < 0 && stack > -4096)
        return stack;
    SYS(rt_sigprocmask, SIG_BLOCK, &all, &mask, sizeof mask);
    long child = clone_on_stack(flags | CLONE_VM | CLONE_VFORK | SIGCHLD, (char *)stack + STACK, &start);
    SYS(rt_sigprocmask, SIG_SETMASK, &mask, 0, sizeof mask);
    SYS(munmap, stack, STACK);
    if (child > 0 && start.error < 0)
        SYS(wait4, child, 0, 0, 0);
    return child > 0 && start.error < 0 ? start.error : child;
}

long nsh_setns(int fd, int type) {
    return SYS(setns, fd, type);
}
