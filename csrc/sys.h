/*
 * Raw system calls. They return what the kernel returns: a result, or minus the errno. There is no
 * errno variable and no libc below them, so anything here may run between clone and exec.
 */
#ifndef NSBOX_SYS_H
#define NSBOX_SYS_H

#include "types.h"
#include <asm/unistd.h>
#include <linux/errno.h>

static inline long sys6(long number, long a, long b, long c, long d, long e, long f) {
#if defined(__x86_64__)
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
#else
#error "nsbox knows x86-64 and aarch64"
#endif
}

/* SYS(openat, fd, path, flags, mode): up to six arguments, the rest are 0. */
#define SYS_ARGS(n, a, b, c, d, e, f, ...)                                                                   \
    sys6(__NR_##n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define SYS(...) SYS_ARGS(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

/* Ends the process. A filter that refuses even that leaves an illegal instruction, which nobody survives. */
_Noreturn static inline void leave(int status) {
    SYS(exit_group, status);
    __builtin_trap();
}

/* What getdents64(2) fills a buffer with. */
struct directory_entry {
    u64 inode, offset;
    u16 length;
    u8 type;
    char name[];
};

#endif
