#include "thread.h"
#include "sys.h"

/* The child must not return through frames that are not on its stack. */
long thread_clone(u64 flags, void *top, u32 *cleared, void (*entry)(void *), void *argument) {
#if defined(__x86_64__)
    long result;
    register u32 *r10 __asm__("r10") = cleared;
    register long r8 __asm__("r8") = 0;
    register void *r12 __asm__("r12") = argument;
    register void (*r13)(void *) __asm__("r13") = entry;
    __asm__ volatile("syscall\n\ttest %%rax,%%rax\n\tjnz 1f\n\txor %%ebp,%%ebp\n\tmov %%r12,%%rdi\n\t"
                     "call *%%r13\n1:"
                     : "=a"(result)
                     : "a"(__NR_clone), "D"(flags), "S"(top), "d"(0), "r"(r10), "r"(r8), "r"(r12), "r"(r13)
                     : "rcx", "r11", "memory");
    return result;
#else
    register long x8 __asm__("x8") = __NR_clone;
    register u64 x0 __asm__("x0") = flags;
    register void *x1 __asm__("x1") = top;
    register long x2 __asm__("x2") = 0;
    register long x3 __asm__("x3") = 0;
    register u32 *x4 __asm__("x4") = cleared;
    register void *x19 __asm__("x19") = argument;
    register void (*x20)(void *) __asm__("x20") = entry;
    __asm__ volatile("svc 0\n\tcbnz x0, 1f\n\tmov x29, #0\n\tmov x0, x19\n\tblr x20\n1:"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x19), "r"(x20)
                     : "x30", "memory");
    return (long)x0;
#endif
}

long thread_stack(u64 size) {
    return SYS(mmap, 0, size, 3, 0x20022, -1, 0); /* read, write; private, anonymous, stack */
}
