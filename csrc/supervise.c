/*
 * A kept container: the caller's process becomes a client, or goes once the command runs; a supervisor in a
 * session of its own keeps the state, and starts a monitor for each life of the container.
 */
#include "supervise.h"
#include "clients.h"
#include "handover.h"
#include "life.h"
#include "socket.h"
#include "sys.h"
#include "terminal.h"
#include "state.h"
#include "text.h"
#include <asm/ioctls.h>
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/signalfd.h>
#include <linux/time_types.h>
#include <linux/wait.h>

#define FIRST_PAUSE 100000000UL /* before the first new start, in nanoseconds; then twice as long each */
#define LONGEST_PAUSE 60000000000UL
#define LONG_LIFE 10000000000UL /* who lived as long begins with the first again */

static struct {
    const struct args_supervise *args;
    int signals;
    int monitor;    /* socket */
    int exit;       /* pidfd of the command */
    int streams[2]; /* what the command writes, -1 for none */
    int terminal;   /* the master, also streams[0] */
    int begun;      /* the first start succeeded */
    int again;      /* it was started before: its state is worth keeping */
    int stopped;    /* somebody sent SIGTERM: no new start */
    u64 pause;
} own;

struct word {
    char kind;
    s32 pid;
} __attribute__((packed));

void supervisor_hears(enum message kind, s32 pid) {
    struct word word = {(char)kind, pid};
    if (box.supervisor >= 0)
        SYS(sendto, box.supervisor, &word, sizeof word, MSG_NOSIGNAL, 0, 0);
}

static void set_nonblocking(int fd) {
    SYS(fcntl, fd, F_SETFL, O_RDWR | O_NONBLOCK);
}

/* In the monitor: its standard descriptors are the command's. */
static long become_monitor(const int *standard, int supervisor, s32 parent) {
    for (int fd = 0; fd <= 2; fd++) {
        long error = SYS(dup3, standard[fd], fd, 0);
        if (error < 0)
            return error;
    }
    box.supervisor = supervisor;
    box.parent = above_standard((int)SYS(pidfd_open, parent, 0));
    SYS(prctl, PR_SET_CHILD_SUBREAPER, 0);
    return box.parent < 0 ? box.parent : SYS(fchdir, box.cwd);
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

/* Starts a monitor. Returns 1 in it, 0 in the supervisor, or a negative errno. */
static long begin_life(void) {
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
        return error < 0 ? error : 1;
    }
    for (int fd = 0; fd <= 2; fd++)
        if (fd == 0 || standard[fd] != standard[0])
            SYS(close, standard[fd]);
    SYS(close, pair[1]);
    own.monitor = pair[0];
    own.streams[0] = ours[1];
    own.streams[1] = ours[2];
    own.terminal = own.exit = -1;
    for (int fd = 0; fd <= 2; fd++)
        if (ours[fd] >= 0)
            set_nonblocking(ours[fd]);
    clients_feed(ours[0]);
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
    SYS(ioctl, master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    own.terminal = own.streams[0] = master;
    /* The feed is closed by itself. */
    clients_feed(above_standard((int)SYS(fcntl, master, F_DUPFD_CLOEXEC, 3)));
}

static void hear_monitor(void) {
    struct word word;
    u32 slot;
    int fd;
    if (SYS(recvfrom, own.monitor, &word, sizeof word, MSG_PEEK | MSG_DONTWAIT) !=
        (long)sizeof word) { /* MSG_PEEK */
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
    clients_send(HEARS_STARTED, "", 0);
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

/* Waits for something, at most `pause` nanoseconds (0: for ever), and does it. */
static void serve(u64 pause) {
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
    if (wishes.signal)
        signal_monitor(wishes.signal);
    if (wishes.resize)
        resize(&wishes.window);
    take_signals_of_supervisor();
    if (wait[ON_MONITOR].revents)
        hear_monitor();
    for (int i = 0; i < 2; i++)
        if (wait[ON_STREAMS + i].revents && !clients_lag())
            read_stream(i);
}

/* Everybody gets everything. */
static void settle(void) {
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
    while (own.monitor >= 0)
        hear_monitor();
    if (own.exit >= 0)
        SYS(pidfd_send_signal, own.exit, SIGKILL, 0, 0);
    SYS(close, own.exit);
    int killed = status & 0x7f;
    state.ended = realtime();
    state.failure = box.outcome->failure;
    state.signal = killed ? killed : box.outcome->signal;
    state.exit = killed ? 128 + killed : status >> 8 & 0xff;
    if (!killed && !state.failure.step)
        state.exit = box.outcome->status;
    state.monitor = state.pid = 0;
    end_orphans();
}

static int starts_again(void) {
    const struct args_supervise *args = own.args;
    s64 most = (s64)args->restarts;
    if (!own.begun || own.stopped || state_is_stopped() || most == 0)
        return 0;
    if (!args->always && state.exit == 0)
        return 0;
    return most < 0 || state.restarts < (u64)most;
}

/* Before another start, longer each time. */
static void pause_before_start(void) {
    if (state.ended - state.started > LONG_LIFE || own.pause == 0)
        own.pause = FIRST_PAUSE;
    state.state = "restarting";
    state_write();
    u64 until = realtime() + own.pause;
    for (u64 at = realtime(); at < until && !own.stopped && !state_is_stopped(); at = realtime())
        serve(until - at < FIRST_PAUSE ? until - at : FIRST_PAUSE);
    own.pause = own.pause * 2 < LONGEST_PAUSE ? own.pause * 2 : LONGEST_PAUSE;
}

/* 1 where the report runs the same again, without a kind of namespace that the kernel lacks. */
static int is_tried_again(void) {
    return state.failure.step == box.plan.clone + 1 && state.failure.error == EINVAL;
}

_Noreturn static void end_of_all(void) {
    const struct args_supervise *args = own.args;
    char status = (char)state.exit;
    clients_feed(-1);
    settle();
    state.state = "exited";
    if (((own.begun || own.again) && !args->remove) || (!own.begun && is_tried_again()))
        state_write();
    else
        state_remove(args->directory, args->names, args->id);
    if (!own.begun && state.failure.step)
        clients_send(HEARS_FAILED, &state.failure, sizeof state.failure);
    else
        clients_send(HEARS_EXITED, &status, 1);
    while (clients_lag())
        serve(0);
    leave(0);
}

/* Waits for the end of the monitor. Returns its status. */
static int live(void) {
    for (;;) {
        int status;
        serve(0);
        for (s32 pid; (pid = (s32)SYS(wait4, -1, &status, WNOHANG, 0)) > 0;)
            if (pid == state.monitor)
                return status;
    }
}

/* Returns in the monitors. */
static long supervise(void) {
    u64 all = ~0UL;
    int null = (int)SYS(openat, AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC);
    SYS(setsid);
    for (int fd = 0; fd <= 2; fd++)
        SYS(dup3, null, fd, 0);
    SYS(close, null);
    SYS(close, box.terminal);
    box.terminal = -1;
    SYS(prctl, PR_SET_CHILD_SUBREAPER, 1);
    own.signals = above_standard((int)SYS(signalfd4, -1, &all, sizeof all, O_CLOEXEC | O_NONBLOCK));
    for (;;) {
        long life_is = begin_life();
        if (life_is == 1)
            return 0;
        if (life_is < 0) {
            state.failure = (struct failure){1, (s32)-life_is};
            state.exit = 125;
            end_of_all();
        }
        state_write();
        end_life(live());
        if (!starts_again())
            end_of_all();
        settle();
        pause_before_start();
        state.restarts++;
    }
}

/* The caller's process. */
_Noreturn static void front(const struct args_supervise *args, int connection) {
    struct failure failure = {0, 0};
    struct client client = {.connection = connection,
                            .input = (int)args->input,
                            .terminal = (int)args->terminal,
                            .only_start = !args->attach,
                            .keys = args->keys};
    int status = client_run(&client, &failure);
    terminal_restore();
    if (failure.step)
        status = report(&failure);
    else if (!args->attach && status == 0) {
        char line[80];
        char *end = text_append(text_append(line, line + sizeof line, args->id), line + sizeof line, "\n");
        SYS(write, 1, line, end - line);
    }
    if (box.die_by)
        signals_die_by(box.die_by);
    leave(status);
}

long op_supervise(const struct args_supervise *args) {
    int pair[2];
    own.args = args;
    long error = state_open(args->directory);
    own.again = error == 0 && state_is_kept();
    if (error == 0)
        error = log_open(state_directory(), args->log);
    if (error == 0)
        error = clients_listen(state_directory());
    if (error == 0)
        error = SYS(socketpair, AF_UNIX, SOCK_SEQPACKET | O_CLOEXEC, 0, pair);
    if (error < 0)
        return error;
    /* PROT_READ|PROT_WRITE, MAP_SHARED|MAP_ANONYMOUS */
    long shared = SYS(mmap, 0, sizeof *box.outcome, 3, 0x21, -1, 0);
    if (shared < 0 && shared > -4096)
        return shared;
    box.outcome = (struct outcome *)shared;
    long pid = SYS(clone, SIGCHLD, 0, 0, 0, 0);
    if (pid > 0) {
        SYS(close, pair[1]);
        front(args, above_standard(pair[0]));
    }
    if (pid < 0)
        return pid;
    SYS(close, pair[0]);
    clients_first(above_standard(pair[1]));
    return supervise();
}

long op_attach(const struct args_attach *args) {
    struct failure failure = {0, 0};
    int connection = client_connect(args->directory);
    if (connection < 0)
        return connection;
    struct client client = {.connection = connection,
                            .input = (int)args->input,
                            .terminal = (int)args->terminal,
                            .keys = args->keys};
    box.exit = client_run(&client, &failure);
    return 0;
}
