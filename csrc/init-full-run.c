/* Programs that PID 1 starts: their statuses, the signals that come meanwhile, and how they are stopped. */
#include "box.h"
#include "child.h"
#include "init-full.h"
#include "sys.h"
#include "text.h"
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/ptrace.h>
#include <linux/time_types.h>
#include <linux/wait.h>

#define FOREVER (~0UL >> 1)
#define MAX_PROGRAMS 8

static struct program programs[MAX_PROGRAMS]; /* pid 0: free */
static struct program *current;               /* signals are for it */

static u64 now(void) {
    struct __kernel_timespec time;
    SYS(clock_gettime, 1, &time); /* CLOCK_MONOTONIC */
    return (u64)time.tv_sec * 1000 + (u64)time.tv_nsec / 1000000;
}

/* What is no program of ours is an orphan, and all there is to do for it is to wait for it. */
static void reap(void) {
    int status;
    for (s32 pid; (pid = (s32)SYS(wait4, -1, &status, WNOHANG | WUNTRACED, 0)) > 0;)
        for (struct program *program = programs; program < programs + MAX_PROGRAMS; program++) {
            if (program->pid != pid || program->ended)
                continue;
            program->ended = (status & 0xff) != 0x7f;
            if (program->ended)
                program->status = status;
            /* PTRACE_TRACEME has made us its tracer. */
            else if (SYS(ptrace, PTRACE_DETACH, pid, 0, status >> 8 & 0xff) != 0 && program == current)
                init_say((u8)(status >> 8 & 0xff));
        }
}

static int from_terminal(const siginfo_t *info) {
    int leader = SYS(getsid, 0) == SYS(getpid);
    return info->si_code == SI_KERNEL && !(leader && (info->si_signo == SIGHUP || info->si_signo == SIGCONT));
}

/* Takes one signal, or none until `deadline`. */
static void take(u64 deadline) {
    static const u64 every_signal = ~0UL;
    siginfo_t info;
    u64 time = now(), left = deadline > time ? deadline - time : 0;
    struct __kernel_timespec pause = {(s64)left / 1000, (s64)left % 1000 * 1000000};
    struct __kernel_timespec *limit = deadline == FOREVER ? 0 : &pause;
    if (SYS(rt_sigtimedwait, &every_signal, &info, limit, sizeof every_signal) <= 0)
        return;
    if (info.si_signo == SIGCHLD)
        reap();
    else if (info.si_signo == SIGTERM || info.si_signo == SIGINT)
        full.interrupted |= !full.shutting_down;
    else if (current && !current->ended && !from_terminal(&info)) {
        if (info.si_signo == SIGCONT)
            init_may_go_on(info.si_pid);
        SYS(kill, current->pid, info.si_signo);
    }
}

/* In words, since PID 1 is all there is to tell: nsbox itself has gone. */
_Noreturn static void cannot_execute(const char *name, const char *path, long error) {
    const char *why = error == -EACCES    ? ": permission denied"
                      : error == -ENOEXEC ? ": it is no program"
                      : error == -ENOTDIR ? ": a part of its path is no directory"
                      : error == -ELOOP   ? ": too many links"
                      : error == -E2BIG   ? ": the environment and the arguments are too long"
                                          : 0;
    int has_slash = 0;
    for (const char *at = name; *at; at++)
        has_slash |= *at == '/';
    if (error != -ENOENT)
        LOG(LOG_ALWAYS, "Cannot execute ", name, why ? why : ": errno ", why ? "" : full_number((u64)-error));
    else if (!has_slash)
        LOG(LOG_ALWAYS, "Command ", name, " not found in ", path);
    else if (SYS(faccessat, AT_FDCWD, name, 0) == 0)
        LOG(LOG_ALWAYS, "Cannot execute ", name, ": its interpreter or loader is not there");
    else
        LOG(LOG_ALWAYS, "Command ", name, " not found");
    leave(error == -ENOENT ? 127 : 126);
}

struct program *full_start(const char **argv, int output) {
    static const u64 none;
    struct program *program = programs;
    while (program->pid && program < programs + MAX_PROGRAMS - 1)
        program++;
    long pid = SYS(clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) {
        const char *path = environment_value("PATH");
        if (output >= 0)
            SYS(dup3, output, 1, 0);
        SYS(rt_sigprocmask, SIG_SETMASK, &none, 0, sizeof none);
        path = path ? path : full.path;
        cannot_execute(argv[0], path, exec_command(path, argv, environment_list()));
    }
    if (pid < 0) {
        LOG(LOG_ALWAYS, "Cannot start ", argv[0], ": errno ", full_number((u64)-pid));
        return 0;
    }
    *program = (struct program){.pid = (s32)pid};
    return program;
}

int full_wait(struct program *program) {
    current = program;
    while (!program->ended && (full.shutting_down || !full.interrupted))
        take(FOREVER);
    return program->ended ? 0 : -1;
}

void full_pause(u64 milliseconds) {
    take(now() + milliseconds);
}

void full_stop(const char *name, struct program *program) {
    const char *pid = full_number((u64)program->pid);
    u64 deadline = now() + full.process_timeout * 1000;
    LOG(LOG_INFO, "Shutting down ", name, " (PID ", pid, ")...");
    SYS(kill, program->pid, SIGTERM);
    while (!program->ended && now() < deadline)
        take(deadline);
    if (program->ended)
        return;
    LOG(LOG_ALWAYS, name, " (PID ", pid, ") did not shut down in time. Forcing it to exit.");
    SYS(kill, program->pid, SIGKILL);
    while (!program->ended)
        take(FOREVER);
}

int full_status(struct program *program) {
    int status = program->status;
    program->pid = 0;
    current = current == program ? 0 : current;
    return status & 0x7f ? 128 + (status & 0x7f) : status >> 8 & 0xff;
}

/* waitid(2) of any child, without reaping, says whether there is one. */
static int has_children(void) {
    return SYS(waitid, P_ALL, 0, 0, WEXITED | WNOHANG | WNOWAIT, 0) != -ECHILD;
}

void full_kill_all(void) {
    u64 deadline = now() + full.all_timeout * 1000;
    if (SYS(getpid) != 1)
        return;
    LOG(LOG_INFO, "Killing all processes...");
    SYS(kill, -1, SIGTERM);
    for (reap(); has_children() && now() < deadline; reap())
        take(deadline);
    if (!has_children())
        return;
    LOG(LOG_ALWAYS, "Not all processes have exited in time. Forcing them to exit.");
    SYS(kill, -1, SIGKILL);
}
