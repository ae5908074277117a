/* What a mount namespace looks like from inside, where no process is that could be asked. */
#include "survey.h"
#include "sys.h"
#include "thread.h"
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/wait.h>

enum { STACK = 1 << 16 };

struct visit {
    int proc, user, mnt;
    s32 *fds;
    long error;
};

/* On the caller's memory and descriptors, with a root and a working directory of its own. */
static void visit_entry(void *argument) {
    struct visit *visit = argument;
    visit->error = visit->user < 0 ? 0 : SYS(setns, visit->user, CLONE_NEWUSER);
    if (visit->error == 0)
        visit->error = SYS(setns, visit->mnt, CLONE_NEWNS);
    if (visit->error == 0) {
        visit->fds[0] = (s32)SYS(openat, visit->proc, "self/mountinfo", O_RDONLY | O_CLOEXEC);
        visit->fds[1] = (s32)SYS(openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    }
    for (;;)
        SYS(exit, 0);
}

long nsh_visit(int proc, int user, int mnt, s32 *fds) {
    struct visit visit = {proc, user, mnt, fds, -ECHILD};
    u64 all = ~0UL, mask;
    long stack = thread_stack(STACK);
    if (stack < 0 && stack > -4096)
        return stack;
    fds[0] = fds[1] = -1;
    /* Whoever is root in the user namespace that is entered must not look into this memory meanwhile. */
    long dumpable = SYS(prctl, PR_GET_DUMPABLE);
    SYS(prctl, PR_SET_DUMPABLE, 0);
    SYS(rt_sigprocmask, SIG_BLOCK, &all, &mask, sizeof mask);
    long child =
        thread_clone(CLONE_VM | CLONE_VFORK | CLONE_FILES, (char *)stack + STACK, 0, visit_entry, &visit);
    if (child > 0)
        while (SYS(wait4, child, 0, __WALL, 0) == -EINTR)
            ;
    SYS(rt_sigprocmask, SIG_SETMASK, &mask, 0, sizeof mask);
    if (dumpable == 1)
        SYS(prctl, PR_SET_DUMPABLE, 1);
    SYS(munmap, stack, STACK);
    long error = child < 0 ? child : visit.error;
    for (int i = 0; error == 0 && i < 2; i++)
        if (fds[i] < 0)
            error = fds[i];
    for (int i = 0; error < 0 && i < 2; i++)
        if (fds[i] >= 0)
            SYS(close, fds[i]);
    return error;
}
