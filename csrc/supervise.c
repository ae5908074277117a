/*
 * A kept container: the caller's process becomes a client, or goes once the command runs; a supervisor in a
 * session of its own keeps the state, and starts a monitor for each life of the container.
 */
#include "supervise.h"
#include "cgroup.h"
#include "clients.h"
#include "lives.h"
#include "hold.h"
#include "life.h"
#include "socket.h"
#include "sys.h"
#include "terminal.h"
#include "state.h"
#include "text.h"
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/prctl.h>

#define FIRST_PAUSE 100000000UL /* before the first new start, in nanoseconds; then twice as long each */
#define LONGEST_PAUSE 60000000000UL
#define LONG_LIFE 10000000000UL /* who lived as long begins with the first again */

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
    reach(PHASE_PAUSE);
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
    int keeps = (own.begun || own.again) && !args->remove;
    clients_feed(NO_FEED);
    state.state = "exited";
    reach(PHASE_OVER);
    /* First: whoever reads slowly, or not at all, is not to hide how it ended. */
    if (keeps || (!own.begun && is_tried_again()))
        state_write();
    settle();
    log_end();
    if (!keeps && (own.begun || !is_tried_again())) {
        reach(PHASE_REMOVING);
        state_remove(args->directory, args->names, args->id);
    }
    reach(PHASE_TELLING);
    clients_accept(); /* who connected meanwhile hears of it too */
    if (!own.begun && state.failure.step)
        clients_send(HEARS_FAILED, &state.failure, sizeof state.failure);
    else
        clients_send(HEARS_EXITED, &status, 1);
    while (clients_lag())
        serve(0);
    leave(0);
}

/* Returns in the monitors. */
static long supervise(void) {
    u64 all = ~0UL;
    reach(PHASE_SUPERVISOR);
    cgroup_remember_all();
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
        reach(PHASE_LIFE);
        long life_is = begin_life();
        if (life_is == 1)
            return 0;
        if (life_is < 0) {
            state.failure = (struct failure){1, (s32)-life_is};
            state.exit = 125;
            end_of_all();
        }
        reach(PHASE_UNWRITTEN);
        state_write();
        live();
        reach(PHASE_LIVED);
        if (!starts_again())
            end_of_all();
        settle();
        pause_before_start();
        state.restarts++;
    }
}

/* The caller's process. */
_Noreturn static void front(const struct args_supervise *args, int connection) {
    /* The lock and the sockets are the supervisor's: they are to go with it, however long we stay. */
    const int ours[] = {connection, box.terminal, box.plan_fd, box.cwd, (int)box.plan.executable};
    struct failure failure = {0, 0};
    reach(PHASE_FRONT);
    close_others("", ours, COUNT(ours));
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

/* Makes the supervisor. Returns its PID, 0 in it, or a negative errno. */
static long fork_supervisor(const struct args_supervise *args, int *pair) {
    long error = log_open(state_directory(), args->log);
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
    long pid = SYS(clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0)
        box.outcome = (struct outcome *)shared;
    return pid;
}

long op_supervise(const struct args_supervise *args) {
    int pair[2];
    own.args = args;
    long pid = state_open(args->directory);
    if (pid < 0)
        return pid;
    own.again = state_is_kept();
    if (own.again)
        state.state = "restarting";
    pid = fork_supervisor(args, pair);
    if (pid > 0) {
        SYS(close, pair[1]);
        front(args, above_standard(pair[0]));
    }
    if (pid < 0) {
        if (!own.again)
            state_remove(args->directory, args->names, args->id);
        return pid;
    }
    SYS(close, pair[0]);
    clients_first(above_standard(pair[1]), (int)args->attach);
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
