#include "library.h"
#include "sys.h"
#include <asm/signal.h>
#include <linux/sched.h>
#include <linux/time.h>
#include <linux/prctl.h>

/* Whatever a call waits for, it is not waited for long. */
enum { SECONDS = 5 };

/*
 * Runs in the child. What it changes is its own, or ends with it. The handlers of the caller are gone: they
 * would run its code.
 */
static _Noreturn void make_calls(struct nsh_call *calls, u64 count) {
    struct __kernel_old_itimerval limit = {{0, 0}, {SECONDS, 0}};
    struct {
        void *handler;
        u64 flags, restorer, mask;
    } usual = {0, 0, 0, 0};
    u64 none = 0;
    SYS(prctl, PR_SET_PDEATHSIG, SIGKILL);
    for (int number = 1; number <= 64; number++)
        SYS(rt_sigaction, number, &usual, 0, sizeof usual.mask);
    SYS(rt_sigprocmask, SIG_SETMASK, &none, 0, sizeof none);
    SYS(setitimer, ITIMER_REAL, &limit, 0);
    for (u64 at = 0; at < count; at++) {
        struct nsh_call *call = &calls[at];
        s64 words[6];
        for (int word = 0; word < 6; word++)
            words[word] = call->from[word] < 0 ? call->arguments[word] : calls[call->from[word]].result;
        call->result = sys6(call->number, words[0], words[1], words[2], words[3], words[4], words[5]);
        if (call->result < 0 && !call->optional)
            break;
    }
    leave(0);
}

long nsh_try(u64 flags, struct nsh_call *calls, u64 count) {
    u64 all = ~0UL, mask;
    SYS(rt_sigprocmask, SIG_BLOCK, &all, &mask, sizeof mask);
    /* As fork(2): a copy of this thread, on a copy of its stack. */
    long child = SYS(clone, flags | SIGCHLD, 0, 0, 0, 0);
    if (child == 0)
        make_calls(calls, count);
    SYS(rt_sigprocmask, SIG_SETMASK, &mask, 0, sizeof mask);
    return child;
}
