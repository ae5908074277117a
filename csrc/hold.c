#include "hold.h"
#include "sys.h"
#include <asm/signal.h>
#include <linux/prctl.h>

/* Not by SIGSTOP: PID 1 of a namespace cannot stop itself, and a caller's shell would see it. */
void hold(void) {
    u64 wanted = 1UL << (SIGCONT - 1), mask = 0;
    SYS(prctl, PR_SET_NAME, "nsbox-held");
    SYS(rt_sigprocmask, SIG_BLOCK, &wanted, &mask, sizeof wanted);
    while (SYS(rt_sigtimedwait, &wanted, 0, 0, sizeof wanted) == -EINTR)
        ;
    SYS(prctl, PR_SET_NAME, "nsbox");
    SYS(rt_sigprocmask, SIG_SETMASK, &mask, 0, sizeof mask);
}
