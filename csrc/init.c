/*
 * PID 1: reaps whatever ends, hands every signal on to the command, and ends as it ends; the kernel then
 * kills what is left. It holds no memory, variable or descriptor of the caller's but the standard three,
 * is confined as the command is, and waits in one system call. See pid_namespaces(7).
 */
#include "init.h"
#include "box.h"
#include "socket.h"
#include "sys.h"
#include "terminal.h"
#include "text.h"
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/ptrace.h>
#include <linux/time_types.h>
#include <linux/wait.h>

static const u64 every_signal = ~0UL;

static struct {
    s32 command;
    int link;
    int group; /* signals go to the command's process group */
} init;

void init_say(u8 word) {
    SYS(sendto, init.link, &word, 1, MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0);
}

_Noreturn static void finish(int status) {
    int signal = status & 0x7f;
    if (!signal)
        leave(status >> 8 & 0xff);
    init_say((u8)(INIT_ENDED | signal));
    leave(128 + signal);
}

static void reap(void) {
    int status;
    for (s32 pid; (pid = (s32)SYS(wait4, -1, &status, WNOHANG | WUNTRACED, 0)) > 0;) {
        if (pid != init.command)
            continue;
        if ((status & 0xff) != 0x7f)
            finish(status);
        int signal = status >> 8 & 0xff;
        /* PTRACE_TRACEME has made us its tracer: it goes on by itself, with the signal it stopped for. */
        if (SYS(ptrace, PTRACE_DETACH, pid, 0, signal) != 0)
            init_say((u8)signal);
    }
}

/* 1 where the terminal sent the signal to its foreground group, in which the command is too. */
static int came_to_all(const siginfo_t *info) {
    int leader = SYS(getsid, 0) == SYS(getpid);
    /* A hang-up goes to the session's leader alone. */
    return !init.group && info->si_code == SI_KERNEL &&
           !(leader && (info->si_signo == SIGHUP || info->si_signo == SIGCONT));
}

/*
 * The caller's shell continues its whole job, us included, but only the monitor knows whether in the
 * foreground: it says so, and then signals. A command that went on before it has the terminal would stop
 * again. Returns 1 where the command is to go on.
 */
int init_may_go_on(s32 from) {
    u8 in_foreground;
    int told = 0;
    while (SYS(recvfrom, init.link, &in_foreground, 1, MSG_DONTWAIT, 0, 0) == 1)
        told = 1;
    if (!init.group)
        return 1;
    if (told && in_foreground)
        terminal_give(init.command);
    return told || from != 0; /* 0: from outside */
}

static void forward(const siginfo_t *info) {
    if (info->si_signo == SIGCONT && !init_may_go_on(info->si_pid))
        return;
    if (!came_to_all(info))
        SYS(kill, init.group ? -init.command : init.command, info->si_signo);
}

/* What a filter refuses to PID 1 would leave signals unread, or children unreaped. */
static void check(void) {
    static const char text[] =
        "error: Cannot start as PID 1\n"
        "  cause: the system call filter refuses rt_sigtimedwait, wait4 or rt_sigprocmask\n"
        "  hint:  Allow these calls in the profile, or leave out \"--init\"\n";
    struct __kernel_timespec now = {0};
    u64 blocked = 0;
    SYS(rt_sigprocmask, SIG_SETMASK, &every_signal, 0, sizeof every_signal);
    SYS(rt_sigprocmask, SIG_SETMASK, 0, &blocked, sizeof blocked);
    long waited = SYS(rt_sigtimedwait, &every_signal, 0, &now, sizeof every_signal);
    int status;
    long reaped = SYS(wait4, -1, &status, WNOHANG, 0);
    /* It waits for us, so only a kill ends it now. */
    if (reaped > 0 && reaped == init.command)
        finish(status);
    if ((blocked & 1UL << (SIGTERM - 1)) && (waited >= 0 || waited == -EAGAIN) &&
        (reaped >= 0 || reaped == -ECHILD))
        return;
    SYS(write, 2, text, sizeof text - 1);
    leave(125);
}

static int monitor_lives(void) {
    struct pollfd link = {.fd = init.link};
    struct __kernel_timespec now = {0};
    return SYS(ppoll, &link, 1, &now, 0, 0) == 0;
}

_Noreturn void init_main(u32 argc, const char **argv) {
    u64 mode, link, ready, command;
    siginfo_t info;
    SYS(prctl, PR_SET_DUMPABLE, 0);
    SYS(prctl, PR_SET_NAME, INIT_NAME);
    if (argc < INIT_WORDS || text_number(argv[1], &mode) || text_number(argv[2], &link) ||
        text_number(argv[3], &ready) || text_number(argv[4], &command) || SYS(getpid) != 1)
        leave(125);
    init.command = (s32)command;
    init.link = (int)link;
    init.group = mode == INIT_GROUP;
    SYS(fcntl, link, F_SETFD, FD_CLOEXEC);
    SYS(prctl, PR_SET_PDEATHSIG, SIGKILL);
    if (!monitor_lives())
        leave(125);
    check();
    SYS(sendto, ready, "", 1, MSG_NOSIGNAL, 0, 0);
    SYS(close, ready);
    if (mode == INIT_FULL)
        init_full(argc - INIT_WORDS, argv + INIT_WORDS, argv + argc + 1);
    for (;;) {
        if (SYS(rt_sigtimedwait, &every_signal, &info, 0, sizeof every_signal) <= 0)
            continue;
        if (info.si_signo == SIGCHLD)
            reap();
        else
            forward(&info);
    }
}
