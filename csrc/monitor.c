/*
 * The monitor: what is left of nsbox while the command runs. It hands signals and bytes on, stops and goes
 * on with the command, ends PID 1 where the kernel's shield would make a signal vanish, and hands on the
 * status.
 */
#include "box.h"
#include "cgroup.h"
#include "handover.h"
#include "hold.h"
#include "init.h"
#include "life.h"
#include "net.h"
#include "relay.h"
#include "socket.h"
#include "sys.h"
#include <asm/mman.h>
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/ptrace.h>
#include <linux/time_types.h>
#include <linux/wait.h>

extern const char __ehdr_start __attribute__((visibility("hidden")));
extern const char etext __attribute__((visibility("hidden")));

struct life life;

/* Collects what has ended or stopped. Returns 1 once the command has ended, with its status. */
static int collect(int *status) {
    for (;;) {
        s32 pid = (s32)SYS(wait4, -1, status, WNOHANG | WUNTRACED, 0);
        if (pid <= 0)
            return 0;
        if (net_ended(pid) || pid != box.child)
            continue; /* an orphan of the command's: we are the subreaper where there is no PID namespace */
        if ((*status & 0xff) != 0x7f)
            return 1;
        /* PTRACE_TRACEME has made us its tracer: it goes on by itself, with the signal it stopped for. */
        if (SYS(ptrace, PTRACE_DETACH, pid, 0, *status >> 8 & 0xff) == 0)
            continue;
        /* With a session of its own it stopped by itself, and somebody there lets it go on. */
        if (relay_runs() || box.supervisor >= 0)
            continue;
        stop_together();
    }
}

/* Descriptors that are the command's alone would keep pipes open here. */
static void keep_only(int signals) {
    const int ours[] = {
        box.channel,    box.lock,  box.terminal,     box.plan_fd, box.cwd,    (int)box.plan.executable,
        box.supervisor, box.kept,  box.parent,       box.block,   box.sync,   box.status,
        box.init.link,  box.names, box.names_record, box.undo,    box.beside, box.lender,
        signals};
    int all[COUNT(ours) + NET_DESCRIPTORS];
    u32 count = net_descriptors(all);
    for (u32 i = 0; i < COUNT(ours); i++)
        all[count++] = ours[i];
    close_others("", all, count);
}

/* What our own PID 1 says: that the command stopped (PID 1 itself cannot), or which signal ended it. */
static void hear_init(int ended) {
    u8 word;
    int stopped = 0;
    long got;
    while ((got = SYS(recvfrom, box.init.link, &word, 1, MSG_DONTWAIT, 0, 0)) == 1) {
        stopped = !(word & INIT_ENDED);
        if (!stopped)
            life.told = word & ~INIT_ENDED;
    }
    if (stopped && !ended && !relay_runs() && box.supervisor < 0)
        stop_together();
    if (got == 0) {
        SYS(close, box.init.link);
        box.init.link = -1;
    }
}

/* Pages and descriptors that nothing needs any more. What is still executed comes back by itself. */
static void give_back(void) {
    SYS(madvise, &box.plan, __builtin_offsetof(struct plan, executable), MADV_DONTNEED);
    SYS(madvise, box.file, box.file_size, MADV_DONTNEED);
    SYS(madvise, &__ehdr_start, (u64)&etext - (u64)&__ehdr_start, MADV_DONTNEED);
    SYS(madvise, box.sources, sizeof box.sources, MADV_DONTNEED);
    SYS(munmap, box.told, sizeof *box.told);

    SYS(close, box.cwd);
    if (!cgroup_is_watched()) {
        SYS(close, box.plan_fd);
        if (box.plan.executable >= 0)
            SYS(close, box.plan.executable);
    }
    SYS(close, box.channel);
    box.channel = -1;
}

/* A descriptor of the child's; or the end of file that exec makes, or a child that has told of a failure. */
static void hear(struct failure *failure) {
    u32 slot;
    int fd;
    if (handover_take(box.channel, &slot, &fd) == 1) {
        if (box.supervisor < 0)
            relay_begin(fd);
        else {
            handover_send(box.supervisor, slot, fd);
            SYS(close, fd);
        }
        return;
    }
    if (box.told->step) {
        *failure = *box.told;
        SYS(close, box.channel);
        box.channel = -1;
        return;
    }
    if (box.told->error == REACHED_EXEC) {
        life.running = 1;
        names_stay();
        tell_started();
    }
    give_back();
    reach(PHASE_RUNNING);
}

static int exit_status(int status) {
    int signal = life.ended_by ? life.ended_by : status & 0x7f ? status & 0x7f : life.told;
    tell_exited(signal ? 128 + signal : status >> 8 & 0xff, signal);
    if (!signal)
        return status >> 8 & 0xff;
    /* A shell goes on with its script unless Ctrl-C was seen to end us too. */
    if (life.keyed & BIT(signal) & (BIT(SIGINT) | BIT(SIGQUIT)))
        box.die_by = signal;
    return 128 + signal;
}

/* Nobody waits any more for what is to be started. */
static int parent_has_ended(void) {
    struct pollfd wait = {.fd = box.parent, .events = POLLIN};
    struct __kernel_timespec no_time = {0};
    return box.parent >= 0 && SYS(ppoll, &wait, 1, &no_time, 0, 0) == 1;
}

/* Lets the child go on; where the caller wants to do something first, not before it said so. */
static void release(void) {
    char byte;
    if (parent_has_ended())
        return;
    if (box.block >= 0) {
        SYS(read, box.block, &byte, 1);
        SYS(close, box.block);
        box.block = -1;
    }
    SYS(write, box.channel, "", 1);
    reach(PHASE_RELEASED);
}

enum { ON_SIGNALS, ON_CHANNEL, ON_PARENT, ON_BLOCK, ON_INIT, ON_RELAY, POLLS = ON_RELAY + RELAY_POLLS };

static void wait_once(int signals, struct failure *failure) {
    struct pollfd wait[POLLS] = {{.fd = signals, .events = POLLIN},
                                 {.fd = box.channel, .events = POLLIN},
                                 {.fd = box.parent, .events = POLLIN},
                                 {.fd = box.block, .events = POLLIN},
                                 {.fd = box.init.link, .events = POLLIN}};
    struct __kernel_timespec pause = {0};
    s64 left = life.deadline - now();
    u32 polls = ON_RELAY;
    pause.tv_nsec = left > 0 ? left : 0;
    if (relay_runs()) {
        relay_wants(wait + ON_RELAY);
        polls = POLLS;
    }
    SYS(ppoll, wait, polls, life.lost ? &pause : 0, 0, 0);
    if (wait[ON_CHANNEL].revents)
        hear(failure);
    if (wait[ON_PARENT].revents && !life.ended_by)
        end_in_place_of(SIGKILL);
    if (wait[ON_INIT].revents)
        hear_init(0);
    if (wait[ON_BLOCK].revents)
        release();
    if (polls == POLLS && !relay_move(wait + ON_RELAY) && !life.ended_by)
        end_in_place_of(SIGPIPE); /* as in a plain pipeline */
    take_signals(signals);
    if (life.lost && now() >= life.deadline)
        second_look();
}

int monitor_wait(struct failure *failure) {
    u64 all = ~0UL;
    int status = 0, signals = (int)SYS(signalfd4, -1, &all, sizeof all, O_CLOEXEC | O_NONBLOCK);
    keep_only(signals);
    cgroup_remember_all();
    if (!has_pid_namespace() && !box.detach)
        SYS(prctl, PR_SET_CHILD_SUBREAPER, 1);
    reach(PHASE_CREATED);
    tell_created();
    if (box.block < 0)
        release();
    do
        wait_once(signals, failure);
    while (!collect(&status));
    net_end();
    while (box.channel >= 0)
        hear(failure);
    if (box.init.link >= 0)
        hear_init(1);
    if (!has_pid_namespace() && !box.detach)
        end_orphans();
    if (relay_runs())
        relay_finish();
    return failure->step ? 125 : exit_status(status);
}
