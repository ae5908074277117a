/*
 * What the caller ignored and blocked, and what PID 1 of the new namespace would never notice.
 *
 * The monitor blocks every signal it forwards and reads them from a signalfd. Signals that the caller
 * ignored (nohup) stay ignored and unblocked: they never arrive, here or in the command.
 */
#include "box.h"
#include "proc.h"
#include "sys.h"
#include "text.h"
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/resource.h>

#define BIT(signal) (1UL << ((signal)-1))
#define HANDLER_DEFAULT 0
#define HANDLER_IGNORE 1

/* Synchronous ones would come at once again, and these two cannot be blocked. */
#define NEVER_BLOCKED                                                                                        \
    (BIT(SIGSEGV) | BIT(SIGBUS) | BIT(SIGFPE) | BIT(SIGILL) | BIT(SIGTRAP) | BIT(SIGSYS) | BIT(SIGABRT) |    \
     BIT(SIGKILL) | BIT(SIGSTOP))

/* The kernel's struct sigaction, which is not libc's. */
struct action {
    u64 handler, flags, restorer, mask;
};

static void set_handler(int signal, u64 handler) {
    struct action action = {.handler = handler};
    SYS(rt_sigaction, signal, &action, 0, sizeof action.mask);
}

void signals_take(void) {
    for (int signal = 1; signal < 32; signal++) {
        struct action old = {0};
        SYS(rt_sigaction, signal, 0, &old, sizeof old.mask);
        if (old.handler == HANDLER_IGNORE)
            box.ignored |= BIT(signal);
    }
    /* Bun ignores these two; whether the caller did too cannot be known. */
    set_handler(SIGPIPE, HANDLER_DEFAULT);
    set_handler(SIGXFSZ, HANDLER_DEFAULT);
    box.ignored &= ~(BIT(SIGPIPE) | BIT(SIGXFSZ));
    /* Ignored, it would lose the command's exit status. */
    set_handler(SIGCHLD, HANDLER_DEFAULT);
    u64 blocked = ~(NEVER_BLOCKED | (box.ignored & ~BIT(SIGCHLD)));
    SYS(rt_sigprocmask, SIG_SETMASK, &blocked, &box.mask, sizeof blocked);
}

void signals_give_back(void) {
    if (box.ignored & BIT(SIGCHLD))
        set_handler(SIGCHLD, HANDLER_IGNORE);
    SYS(rt_sigprocmask, SIG_SETMASK, &box.mask, 0, sizeof box.mask);
}

void signals_die_by(int signal) {
    struct rlimit64 none = {0, 0};
    u64 blocked = ~BIT(signal);
    SYS(prlimit64, 0, RLIMIT_CORE, &none, 0);
    SYS(kill, SYS(getpid), signal);
    SYS(rt_sigprocmask, SIG_SETMASK, &blocked, 0, sizeof blocked);
}

void signals_stop_by(int signal) {
    u64 one = BIT(signal);
    SYS(kill, SYS(getpid), signal);
    SYS(rt_sigprocmask, SIG_UNBLOCK, &one, 0, sizeof one);
    SYS(rt_sigprocmask, SIG_BLOCK, &one, 0, sizeof one);
}

/* The sets of blocked, ignored and caught signals, or-ed together, from proc_pid_status(5). */
static u64 noticed(const char *status) {
    u64 sets = 0;
    for (; *status; status++) {
        if (!text_begins(status, "\nSigBlk:\t") && !text_begins(status, "\nSigIgn:\t") &&
            !text_begins(status, "\nSigCgt:\t"))
            continue;
        u64 set = 0;
        for (status += 9; *status && *status != '\n'; status++)
            set = set << 4 | (u64)(*status <= '9' ? *status - '0' : *status - 'a' + 10);
        sets |= set;
        status--;
    }
    return sets;
}

/* 1 where thread `name` of `pid` sits in rt_sigtimedwait (sigwait), or where that cannot be seen. */
static int thread_waits(s32 pid, const char *name) {
    char file[64], call[256];
    u64 number;
    text_append(text_append(text_append(file, file + sizeof file, "task/"), file + sizeof file, name),
                file + sizeof file, "/syscall");
    if (proc_read(pid, file, call, sizeof call) < 0)
        return 1;
    for (char *at = call; *at; at++)
        if (*at == ' ' || *at == '\n')
            *at = 0;
    /* 177 and 421 are its numbers for 32-bit programs */
    return text_number(call, &number) == 0 &&
           (number == __NR_rt_sigtimedwait || number == 177 || number == 421);
}

static int any_thread_waits(s32 pid) {
    char path[64], entries[1024];
    int waits = 0;
    proc_path(path, sizeof path, pid, "task");
    int fd = (int)SYS(openat, AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return 1;
    for (long got; !waits && (got = SYS(getdents64, fd, entries, sizeof entries)) > 0;)
        for (long at = 0; !waits && at < got;) {
            struct directory_entry *entry = (struct directory_entry *)(entries + at);
            if (entry->name[0] != '.')
                waits = thread_waits(pid, entry->name);
            at += entry->length;
        }
    SYS(close, fd);
    return waits;
}

int signal_is_lost(s32 pid, int signal) {
    char status[4096];
    if (proc_read(pid, "status", status, sizeof status) <= 0)
        return 0;
    return !(noticed(status) & BIT(signal)) && !any_thread_waits(pid);
}
