/* The path of failure: nsbox again, to word what failed. The path that succeeds never pays for words. */
#include "box.h"
#include "sys.h"
#include "text.h"
#include <asm/signal.h>
#include <linux/fcntl.h>

/* Bun cannot start without threads of its own, and there are none where processes have run out. */
static int out_of_processes(void) {
    static const char text[] =
        "error: Cannot create namespaces\n"
        "  cause: a limit on processes is reached; clone: resource temporarily unavailable (EAGAIN)\n"
        "  hint:  See \"ulimit -u\" and pids.max of the cgroup\n";
    SYS(write, 2, text, sizeof text - 1);
    return 125;
}

int report(const struct failure *failure) {
    char plan[24], step[24], error[24];
    const char *argv[] = {"nsbox", "report", plan, step, error, 0};
    const char *envp[] = {box.plan.display, 0};
    if (failure->step == box.plan.clone + 1 && failure->error == EAGAIN)
        return out_of_processes();
    text_append_number(plan, plan + sizeof plan, (u64)box.plan_fd);
    text_append_number(step, step + sizeof step, failure->step);
    text_append_number(error, error + sizeof error, (u64)failure->error);
    signals_give_back();
    SYS(fchdir, box.cwd);
    if (box.plan.executable >= 0) {
        SYS(fcntl, box.plan_fd, F_SETFD, 0);
        SYS(execveat, box.plan.executable, "", argv, envp, AT_EMPTY_PATH);
    }
    /* A plan on its own has nobody to word it. */
    char line[128];
    const char *end = line + sizeof line;
    char *at = text_append(text_append(line, end, "error: step "), end, step);
    at = text_append(text_append(text_append(at, end, " of the plan failed with errno "), end, error), end,
                     "\n");
    SYS(write, 2, line, at - line);
    return 125;
}
