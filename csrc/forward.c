/* Signals that the monitor gets: for the command, unless they are job control's. See signal(7). */
#include "box.h"
#include "cgroup.h"
#include "init.h"
#include "life.h"
#include "relay.h"
#include "socket.h"
#include "sys.h"
#include "terminal.h"
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <linux/sched.h>
#include <linux/signalfd.h>
#include <linux/time_types.h>

/* Job control, children, and what only means something to the process it was sent to. */
#define NOT_FORWARDED                                                                                        \
    (BIT(SIGCHLD) | BIT(SIGTSTP) | BIT(SIGTTIN) | BIT(SIGTTOU) | BIT(SIGURG) | BIT(SIGPIPE) | BIT(SIGIO))

/* By default these do not end a program, so there is nothing for us to do in their place. */
#define HARMLESS (BIT(SIGCONT) | BIT(SIGWINCH) | BIT(SIGURG) | BIT(SIGCHLD))

#define SECOND_LOOK_MS 10

s64 now(void) {
    struct __kernel_timespec time;
    SYS(clock_gettime, 1, &time); /* CLOCK_MONOTONIC */
    return time.tv_sec * 1000000000 + time.tv_nsec;
}

int has_pid_namespace(void) {
    return (box.flags & CLONE_NEWPID) != 0;
}

/* 1 where PID 1 would not notice the signal. Our own init takes every one. */
static int is_lost(int signal) {
    return has_pid_namespace() && box.init.link < 0 && signal_is_lost(box.child, signal);
}

/* 1 where the terminal sent the signal to its whole foreground group, and so to the command as well. */
static int came_to_all(const struct signalfd_siginfo *info) {
    int leader = SYS(getsid, 0) == SYS(getpid);
    /* A hang-up goes to the session's leader alone; and a command with its own terminal is in another. */
    return info->ssi_code == SI_KERNEL && !relay_runs() &&
           !(leader && (info->ssi_signo == SIGHUP || info->ssi_signo == SIGCONT));
}

void end_in_place_of(int signal) {
    life.ended_by = signal;
    SYS(kill, box.child, SIGKILL);
    cgroup_thaw();
}

/* Our own init hands the terminal on where the command leads a group, and has to know whether it is ours. */
static void go_on(void) {
    if (box.init.link >= 0) {
        u8 in_foreground = (u8)terminal_is_ours();
        SYS(sendto, box.init.link, &in_foreground, 1, MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0);
    }
    SYS(kill, box.child, SIGCONT);
}

void stop_together(void) {
    SYS(kill, SYS(getpid), SIGSTOP);
    /* With an init the SIGCONT that woke us is handed on in its turn: behind a hang-up that came with it. */
    if (box.init.link < 0)
        go_on();
}

static void forward(const struct signalfd_siginfo *info) {
    int signal = (int)info->ssi_signo;
    if (came_to_all(info))
        life.keyed |= BIT(signal);
    if (!life.running) {
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
        life.lost |= BIT(signal);
        life.deadline = now() + SECOND_LOOK_MS * 1000000;
    }
}

void second_look(void) {
    for (int signal = 1; signal <= MAX_SIGNALS && !life.ended_by; signal++)
        if ((life.lost & BIT(signal)) && signal_is_lost(box.child, signal))
            end_in_place_of(signal);
    life.lost = 0;
}

/* PID 1 that leaves a stop signal at its default would not stop, and in the background would spin. */
static void stop_signal(int signal) {
    if (relay_runs()) {
        /* Only we stop: the command has a terminal of its own. */
        terminal_restore();
        SYS(kill, SYS(getpid), SIGSTOP);
    } else if (life.running && is_lost(signal))
        SYS(kill, box.child, SIGSTOP);
}

static void take_signal(const struct signalfd_siginfo *info) {
    u64 bit = BIT(info->ssi_signo);
    /* The supervisor passes on that nobody reads the output any more; one of our own is of no matter to the
     * command. */
    int asked = info->ssi_signo == SIGPIPE && box.supervisor >= 0 && info->ssi_pid == (u32)SYS(getppid);
    if (relay_runs() && (bit & (BIT(SIGWINCH) | BIT(SIGCONT))))
        relay_resize();
    else if (bit & (BIT(SIGTSTP) | BIT(SIGTTIN) | BIT(SIGTTOU)))
        stop_signal((int)info->ssi_signo);
    else if (asked || !(bit & NOT_FORWARDED))
        forward(info);
}

void take_signals(int signals) {
    struct signalfd_siginfo info;
    while (SYS(read, signals, &info, sizeof info) == (long)sizeof info)
        take_signal(&info);
}
