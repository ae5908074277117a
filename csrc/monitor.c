/*
 * The monitor: what is left of nsbox while the command runs. It hands signals on, stops and goes on with
 * the command, ends PID 1 where the kernel's shield would make a signal vanish, and hands on the status.
 */
#include "box.h"
#include "init.h"
#include "sys.h"
#include "text.h"
#include <asm/mman.h>
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/signalfd.h>
#include <linux/time_types.h>
#include <linux/wait.h>

#define BIT(signal) (1UL << ((signal)-1))

/* Job control, children, and what only means something to the process it was sent to. */
#define NOT_FORWARDED                                                                                        \
    (BIT(SIGCHLD) | BIT(SIGTSTP) | BIT(SIGTTIN) | BIT(SIGTTOU) | BIT(SIGURG) | BIT(SIGPIPE) | BIT(SIGIO))

/* By default these do not end a program, so there is nothing for us to do in their place. */
#define HARMLESS (BIT(SIGCONT) | BIT(SIGWINCH) | BIT(SIGURG) | BIT(SIGCHLD))

#define SECOND_LOOK_MS 10

static struct {
    u64 lost;     /* signals that PID 1 would not have noticed when they came */
    s64 deadline; /* when to look again, in nanoseconds */
    int ended_by; /* the signal in whose place we killed PID 1 */
    int told;     /* the signal that ended the command, as our init tells */
    u64 keyed;    /* signals that the terminal sent to the whole group, us included */
    int running;  /* the exec has happened */
} state;

static s64 now(void) {
    struct __kernel_timespec time;
    SYS(clock_gettime, 1, &time); /* CLOCK_MONOTONIC */
    return time.tv_sec * 1000000000 + time.tv_nsec;
}

static int has_pid_namespace(void) {
    return (box.flags & CLONE_NEWPID) != 0;
}

/* 1 where PID 1 would not notice the signal. Our own init takes every one. */
static int is_lost(int signal) {
    return has_pid_namespace() && box.init.link < 0 && signal_is_lost(box.child, signal);
}

/* 1 where the terminal sent the signal to its whole foreground group, and so to the command as well. */
static int came_to_all(const struct signalfd_siginfo *info) {
    int leader = SYS(getsid, 0) == SYS(getpid);
    /* A hang-up goes to the session's leader alone. */
    return info->ssi_code == SI_KERNEL &&
           !(leader && (info->ssi_signo == SIGHUP || info->ssi_signo == SIGCONT));
}

static void end_in_place_of(int signal) {
    state.ended_by = signal;
    SYS(kill, box.child, SIGKILL);
}

/* Our own init hands the terminal on where the command leads a group, and has to know whether it is ours. */
static void go_on(void) {
    if (box.init.link >= 0) {
        u8 in_foreground = (u8)terminal_is_ours();
        SYS(sendto, box.init.link, &in_foreground, 1, MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0);
    }
    SYS(kill, box.child, SIGCONT);
}

/* The command stopped: so do we, in the sight of the caller's shell, and go on together. */
static void stop_together(void) {
    SYS(kill, SYS(getpid), SIGSTOP);
    /* With an init the SIGCONT that woke us is handed on in its turn: behind a hang-up that came with it. */
    if (box.init.link < 0)
        go_on();
}

static void forward(const struct signalfd_siginfo *info) {
    int signal = (int)info->ssi_signo;
    if (came_to_all(info))
        state.keyed |= BIT(signal);
    if (!state.running) {
        /* Nothing of the user's runs yet, and the child blocks all signals: end the set-up itself. */
        if (!(BIT(signal) & HARMLESS))
            end_in_place_of(signal);
        return;
    }
    int lost = !(BIT(signal) & HARMLESS) && is_lost(signal);
    if (signal == SIGCONT && box.init.link >= 0)
        go_on();
    else if (!came_to_all(info))
        SYS(kill, box.child, signal);
    if (lost) {
        state.lost |= BIT(signal);
        state.deadline = now() + SECOND_LOOK_MS * 1000000;
    }
}

static void second_look(void) {
    for (int signal = 1; signal <= MAX_SIGNALS && !state.ended_by; signal++)
        if ((state.lost & BIT(signal)) && signal_is_lost(box.child, signal))
            end_in_place_of(signal);
    state.lost = 0;
}

/* PID 1 that leaves a stop signal at its default would not stop, and in the background would spin. */
static void stop_signal(int signal) {
    if (state.running && is_lost(signal))
        SYS(kill, box.child, SIGSTOP);
}

static void take_signal(const struct signalfd_siginfo *info) {
    u64 bit = BIT(info->ssi_signo);
    if (bit & (BIT(SIGTSTP) | BIT(SIGTTIN) | BIT(SIGTTOU)))
        stop_signal((int)info->ssi_signo);
    else if (!(bit & NOT_FORWARDED))
        forward(info);
}

/* Collects what has ended or stopped. Returns 1 once the command has ended, with its status. */
static int collect(int *status) {
    for (;;) {
        s32 pid = (s32)SYS(wait4, -1, status, WNOHANG | WUNTRACED, 0);
        if (pid <= 0)
            return 0;
        if (pid != box.child)
            continue; /* an orphan of the command's: we are the subreaper where there is no PID namespace */
        if ((*status & 0xff) != 0x7f)
            return 1;
        /* PTRACE_TRACEME has made us its tracer: it goes on by itself, with the signal it stopped for. */
        if (SYS(ptrace, PTRACE_DETACH, pid, 0, *status >> 8 & 0xff) == 0)
            continue;
        stop_together();
    }
}

/* Without a PID namespace the command's orphans are ours, and at the end they end with it. */
static void end_orphans(void) {
    char path[64], children[512];
    s32 self = (s32)SYS(getpid);
    text_append(text_append_number(text_append(path, path + 64, "/proc/self/task/"), path + 64, (u64)self),
                path + 64, "/children");
    for (long pid = 1; pid > 0;) {
        int fd = (int)SYS(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
        long length = fd < 0 ? 0 : SYS(read, fd, children, sizeof children);
        SYS(close, fd);
        /* A number cut off at the end of the buffer has no space behind it: it comes with the next round. */
        for (long i = 0, number = 0; i < length; i++) {
            if (children[i] == ' ') {
                SYS(kill, number, SIGKILL);
                number = 0;
            } else
                number = number * 10 + (children[i] - '0');
        }
        pid = length > 0 ? SYS(wait4, -1, 0, 0, 0) : 0;
    }
}

/* Descriptors that are the command's alone would keep pipes open here. */
static void keep_only(int signals) {
    const int ours[] = {box.channel, box.lock,     box.terminal,
                        box.plan_fd, box.cwd,      (int)box.plan.executable,
                        signals,     box.init.link};
    close_others("", ours, COUNT(ours));
}

/* What our own PID 1 says: that the command stopped (PID 1 itself cannot), or which signal ended it. */
static void hear_init(int ended) {
    u8 word;
    int stopped = 0;
    long got;
    while ((got = SYS(recvfrom, box.init.link, &word, 1, MSG_DONTWAIT, 0, 0)) == 1) {
        stopped = !(word & INIT_ENDED);
        if (!stopped)
            state.told = word & ~INIT_ENDED;
    }
    if (stopped && !ended)
        stop_together();
    if (got == 0) {
        SYS(close, box.init.link);
        box.init.link = -1;
    }
}

/* The end of file that exec makes, or the end of a child that has told of a failure. */
static void hear(struct failure *failure) {
    if (box.told->step)
        *failure = *box.told;
    else {
        state.running = 1;
        /* Nothing is left to be done or worded: pages and descriptors go back. */
        SYS(madvise, &box.plan, __builtin_offsetof(struct plan, executable), MADV_DONTNEED);
        SYS(madvise, box.sources, sizeof box.sources, MADV_DONTNEED);
        SYS(munmap, box.told, sizeof *box.told);
        SYS(close, box.plan_fd);
        SYS(close, box.cwd);
        if (box.plan.executable >= 0)
            SYS(close, box.plan.executable);
    }
    SYS(close, box.channel);
    box.channel = -1;
}

static int exit_status(int status) {
    int signal = state.ended_by ? state.ended_by : status & 0x7f ? status & 0x7f : state.told;
    if (!signal)
        return status >> 8 & 0xff;
    /* A shell goes on with its script unless Ctrl-C was seen to end us too. */
    if (state.keyed & BIT(signal) & (BIT(SIGINT) | BIT(SIGQUIT)))
        box.die_by = signal;
    return 128 + signal;
}

int monitor_wait(struct failure *failure) {
    u64 all = ~0UL;
    int status = 0, signals = (int)SYS(signalfd4, -1, &all, sizeof all, O_CLOEXEC | O_NONBLOCK);
    keep_only(signals);
    if (!has_pid_namespace())
        SYS(prctl, PR_SET_CHILD_SUBREAPER, 1);
    SYS(write, box.channel, "", 1); /* releases the child */
    do {
        struct pollfd wait[] = {{.fd = signals, .events = POLLIN},
                                {.fd = box.channel, .events = POLLIN},
                                {.fd = box.init.link, .events = POLLIN}};
        struct __kernel_timespec pause = {0};
        s64 left = state.deadline - now();
        pause.tv_nsec = left > 0 ? left : 0;
        SYS(ppoll, wait, COUNT(wait), state.lost ? &pause : 0, 0, 0);
        if (wait[1].revents)
            hear(failure);
        if (wait[2].revents)
            hear_init(0);
        struct signalfd_siginfo info;
        while (SYS(read, signals, &info, sizeof info) == (long)sizeof info)
            take_signal(&info);
        if (state.lost && now() >= state.deadline)
            second_look();
    } while (!collect(&status));
    if (box.channel >= 0)
        hear(failure);
    if (box.init.link >= 0)
        hear_init(1);
    if (!has_pid_namespace())
        end_orphans();
    return exit_status(status);
}
