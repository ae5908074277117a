/*
 * One life of a kept container: its pipes, its monitor, what it writes and is given, its end.
 */
#include "lives.h"
#include "cgroup.h"
#include "clients.h"
#include "handover.h"
#include "hold.h"
#include "life.h"
#include "socket.h"
#include "state.h"
#include "supervise.h"
#include "sys.h"
#include <asm/ioctls.h>
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/signalfd.h>
#include <linux/time_types.h>
#include <linux/wait.h>

struct supervision own = {.streams = {-1, -1}, .terminal = -1, .slave = -1, .exit = -1};

static void set_nonblocking(int fd) {
    SYS(fcntl, fd, F_SETFL, O_RDWR | O_NONBLOCK);
}

/* In the monitor: its standard descriptors are the command's. */
static long become_monitor(const int *standard, int supervisor, s32 parent) {
    reach(PHASE_MONITOR);
    for (int fd = 0; fd <= 2; fd++) {
        long error = SYS(dup3, standard[fd], fd, 0);
        if (error < 0)
            return error;
    }
    box.supervisor = supervisor;
    box.parent = above_standard((int)SYS(pidfd_open, parent, 0));
    SYS(prctl, PR_SET_CHILD_SUBREAPER, 0);
    if (box.parent < 0)
        return box.parent;
    /* Else that is another process of the same number by now. */
    return SYS(getppid) == parent ? SYS(fchdir, box.cwd) : -ESRCH;
}

/* The pipes of one life. `ours`: what the supervisor keeps of them. */
static long make_standard(int *standard, int *ours) {
    int input[2] = {-1, -1}, pipes[2][2] = {{-1, -1}, {-1, -1}};
    int null = above_standard((int)SYS(openat, AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC));
    long error = null < 0 ? null : 0;
    int piped = !own.args->terminal;
    if (error == 0 && piped && own.args->input)
        error = SYS(pipe2, input, O_CLOEXEC);
    for (int i = 0; i < 2 && error == 0 && piped; i++)
        error = SYS(pipe2, pipes[i], O_CLOEXEC);
    standard[0] = input[0] >= 0 ? input[0] : null;
    standard[1] = piped ? pipes[0][1] : null;
    standard[2] = piped ? pipes[1][1] : null;
    ours[0] = input[1];
    ours[1] = pipes[0][0];
    ours[2] = pipes[1][0];
    if (standard[0] != null && standard[1] != null)
        SYS(close, null);
    return error;
}

/* What is left of the life before. All of it has been read: its processes have ended. */
static void close_streams(void) {
    for (int i = 0; i < 2; i++)
        if (own.streams[i] >= 0)
            SYS(close, own.streams[i]);
    if (own.slave >= 0)
        SYS(close, own.slave);
    own.streams[0] = own.streams[1] = own.terminal = own.slave = -1;
}

long begin_life(void) {
    int pair[2], standard[3], ours[3];
    s32 self = (s32)SYS(getpid);
    long error = make_standard(standard, ours);
    if (error == 0)
        error = SYS(socketpair, AF_UNIX, SOCK_SEQPACKET | O_CLOEXEC, 0, pair);
    if (error < 0)
        return error;
    *box.outcome = (struct outcome){.status = -1};
    long pid = SYS(clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) {
        error = become_monitor(standard, pair[1], self);
        if (error == 0)
            return 1;
        box.outcome->failure = (struct failure){1, (s32)-error};
        leave(125);
    }
    for (int fd = 0; fd <= 2; fd++)
        if (fd == 0 || standard[fd] != standard[0])
            SYS(close, standard[fd]);
    SYS(close, pair[1]);
    close_streams();
    own.monitor = pair[0];
    own.streams[0] = ours[1];
    own.streams[1] = ours[2];
    own.exit = -1;
    for (int fd = 0; fd <= 2; fd++)
        if (ours[fd] >= 0)
            set_nonblocking(ours[fd]);
    clients_feed(own.args->terminal ? LATER_FEED : ours[0]);
    state.monitor = (s32)pid;
    state.pid = 0;
    return pid < 0 ? pid : 0;
}

/* Reads what the command wrote on one of its streams. Returns 0 where there is nothing more now. */
static int read_stream(int which) {
    static char bytes[MESSAGE_SIZE];
    long length = SYS(read, own.streams[which], bytes, sizeof bytes);
    if (length <= 0) {
        if (length != -EAGAIN && length != -EINTR) {
            SYS(close, own.streams[which]);
            own.streams[which] = -1;
        }
        return 0;
    }
    log_write(which + 1, bytes, (u64)length);
    clients_send(which == 0 ? HEARS_OUTPUT : HEARS_ERRORS, bytes, (u64)length);
    return 1;
}

static void take_terminal(int master) {
    set_nonblocking(master);
    /* Held open, so that the command may close all of its own and open /dev/tty again. */
    own.slave = (int)SYS(ioctl, master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    own.terminal = own.streams[0] = master;
    /* The feed is closed by itself. */
    clients_feed(above_standard((int)SYS(fcntl, master, F_DUPFD_CLOEXEC, 3)));
}

static void hear_monitor(void) {
    struct word word;
    u32 slot;
    int fd;
    if (SYS(recvfrom, own.monitor, &word, sizeof word, MSG_PEEK | MSG_DONTWAIT) != (long)sizeof word) {
        if (handover_take(own.monitor, &slot, &fd) == 1)
            take_terminal(fd);
        else {
            SYS(close, own.monitor);
            own.monitor = -1;
        }
        return;
    }
    SYS(recvfrom, own.monitor, &word, sizeof word);
    state.pid = word.pid;
    if (word.kind == HEARS_CREATED) {
        own.exit = (int)SYS(pidfd_open, word.pid, 0);
        return;
    }
    own.begun = 1;
    state.state = "running";
    state.started = realtime();
    state_write();
    reach(PHASE_TOLD);
    clients_started();
}

static void resize(const void *window) {
    if (own.terminal >= 0)
        SYS(ioctl, own.terminal, TIOCSWINSZ, window);
}

/* Between two lives there is no monitor, and kill(2) of PID 0 would reach ourselves. */
static void signal_monitor(int signal) {
    if (state.monitor > 0)
        SYS(kill, state.monitor, signal);
}

static void take_signals_of_supervisor(void) {
    struct signalfd_siginfo info;
    while (SYS(read, own.signals, &info, sizeof info) == (long)sizeof info) {
        if (info.ssi_signo == SIGCHLD || info.ssi_signo == SIGPIPE)
            continue;
        own.stopped |= info.ssi_signo == SIGTERM;
        signal_monitor((int)info.ssi_signo);
    }
}

void serve(u64 pause) {
    enum {
        ON_SIGNALS,
        ON_MONITOR,
        ON_STREAMS,
        ON_CLIENTS = ON_STREAMS + 2,
        POLLS = ON_CLIENTS + MAX_CLIENTS + 2
    };
    struct pollfd wait[POLLS] = {{.fd = own.signals, .events = POLLIN},
                                 {.fd = own.monitor, .events = POLLIN}};
    struct __kernel_timespec time = {(s64)(pause / 1000000000), (s64)(pause % 1000000000)};
    for (int i = 0; i < 2; i++)
        wait[ON_STREAMS + i] = (struct pollfd){.fd = clients_lag() ? -1 : own.streams[i], .events = POLLIN};
    u32 count = clients_wants(wait + ON_CLIENTS);
    SYS(ppoll, wait, ON_CLIENTS + count, pause ? &time : 0, 0, 0);
    struct wishes wishes = clients_serve(wait + ON_CLIENTS, count);
    for (int signal = 1; signal <= MAX_SIGNALS; signal++)
        if (wishes.signals & BIT(signal))
            signal_monitor(signal);
    if (wishes.resize)
        resize(&wishes.window);
    take_signals_of_supervisor();
    if (wait[ON_MONITOR].revents)
        hear_monitor();
    for (int i = 0; i < 2; i++)
        if (wait[ON_STREAMS + i].revents && !clients_lag())
            read_stream(i);
}

void settle(void) {
    for (int more = 1; more;) {
        more = 0;
        for (int i = 0; i < 2; i++)
            while (own.streams[i] >= 0 && !clients_lag() && read_stream(i))
                more = 1;
        while (clients_lag()) {
            serve(0);
            more = 1;
        }
    }
}

/* The monitor has ended, by whatever: so has the command. */
static void end_life(int status) {
    if (own.exit >= 0)
        SYS(pidfd_send_signal, own.exit, SIGKILL, 0, 0);
    cgroup_thaw();
    /* We are the reaper of what a killed monitor leaves; and only then nobody holds the socket open. */
    end_orphans();
    while (own.monitor >= 0)
        hear_monitor();
    SYS(close, own.exit);
    int killed = status & 0x7f;
    state.ended = realtime();
    state.failure = box.outcome->failure;
    state.oom += box.outcome->oom;
    state.signal = killed ? killed : box.outcome->signal;
    state.exit = killed ? 128 + killed : status >> 8 & 0xff;
    if (!killed && !state.failure.step)
        state.exit = box.outcome->status;
    state.monitor = state.pid = 0;
}

/* Waits for the end of the monitor. Returns its status. */
static int wait_for_monitor(void) {
    for (;;) {
        int status;
        serve(0);
        for (s32 pid; (pid = (s32)SYS(wait4, -1, &status, WNOHANG, 0)) > 0;)
            if (pid == state.monitor)
                return status;
    }
}

void live(void) {
    end_life(wait_for_monitor());
}
