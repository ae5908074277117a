/*
 * A client of a kept container: the caller's descriptors and terminal on one side, the supervisor's socket
 * on the other. It ends with the container, when the keys that detach were typed, or with its supervisor.
 */
#include "clients.h"
#include "life.h"
#include "socket.h"
#include "sys.h"
#include "terminal.h"
#include "text.h"
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/signalfd.h>
#include <linux/un.h>

static struct {
    const struct client *is;
    int signals;  /* signalfd */
    int taken;    /* the supervisor wants more input */
    int ended;    /* ours has come to its end */
    int detached; /* the keys were typed, or the terminal hung up */
    int hung_up;
    u32 matched; /* how many of them */
    int broken;  /* nobody reads our output any more */
    u64 keyed;   /* signals that came from the keyboard */
} client;

static void say(enum message kind, const void *bytes, u64 size) {
    static struct parcel parcel;
    parcel.kind = (char)kind;
    memcpy(parcel.bytes, bytes, size);
    SYS(sendto, client.is->connection, &parcel, 1 + size, MSG_NOSIGNAL, 0, 0);
}

static void say_size(void) {
    struct window window;
    if (client.is->terminal && terminal_size(&window) == 0)
        say(SAYS_WINDOW, &window, sizeof window);
}

/* Where we began in the background, the terminal is looked at once it is ours. */
static void make_raw(void) {
    if (!client.is->terminal)
        return;
    if (box.terminal < 0)
        terminal_save();
    terminal_raw();
}

static void say_signal(int signal) {
    char number = (char)signal;
    say(SAYS_SIGNAL, &number, 1);
}

/* Only our terminal is gone, not the command's. */
static void hang_up(void) {
    client.detached = client.hung_up = 1;
}

/* What was typed, but for the keys that detach: of those that may be, nothing goes out before it is clear. */
static void type(const char *typed, u64 length) {
    static char through[MESSAGE_SIZE];
    const char *keys = client.is->keys;
    u64 kept = 0, all = text_length(keys);
    for (u64 i = 0; i < length && !client.detached; i++) {
        if (all > 0 && typed[i] == keys[client.matched]) {
            client.detached = ++client.matched == all;
            continue;
        }
        for (u32 back = 0; back < client.matched; back++)
            through[kept++] = keys[back];
        client.matched = all > 0 && typed[i] == keys[0];
        if (!client.matched)
            through[kept++] = typed[i];
    }
    if (kept == 0)
        return;
    client.taken = 0;
    say(SAYS_INPUT, through, kept);
}

static void read_input(void) {
    char typed[MESSAGE_SIZE / 2];
    long length = SYS(read, 0, typed, sizeof typed);
    if (length > 0)
        type(typed, (u64)length);
    else if (length != -EAGAIN && length != -EINTR) {
        client.ended = 1;
        if (client.is->terminal && terminal_is(0))
            hang_up(); /* in raw modes a terminal has no other end */
        else
            say(SAYS_END, "", 0);
    }
}

static void take_signal(const struct signalfd_siginfo *info) {
    int signal = (int)info->ssi_signo;
    if (signal == SIGWINCH || signal == SIGCONT) {
        make_raw();
        say_size();
    } else if (signal == SIGHUP && client.is->terminal)
        hang_up();
    else if (signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU) {
        terminal_restore();
        SYS(kill, SYS(getpid), SIGSTOP); /* the container goes on */
    } else if (!(BIT(signal) & (BIT(SIGCHLD) | BIT(SIGURG) | BIT(SIGPIPE) | BIT(SIGIO)))) {
        if (info->ssi_code == SI_KERNEL)
            client.keyed |= BIT(signal);
        say_signal(signal);
    }
}

static void take_signals_of_client(void) {
    struct signalfd_siginfo info;
    while (SYS(read, client.signals, &info, sizeof info) == (long)sizeof info)
        take_signal(&info);
}

/*
 * Whoever reads slowly must not keep signals from the container: a write of PIPE_BUF, see pipe(7), does not
 * block where poll(2) says there is room.
 */
static void write_out(int fd, const char *bytes, u64 size) {
    enum { PIPE_BUF = 4096 };
    while (size > 0 && !client.broken && !client.detached) {
        struct pollfd wait[] = {{.fd = fd, .events = POLLOUT}, {.fd = client.signals, .events = POLLIN}};
        SYS(ppoll, wait, 2, 0, 0, 0);
        take_signals_of_client();
        if (!wait[0].revents)
            continue;
        long written = SYS(write, fd, bytes, size < PIPE_BUF ? size : PIPE_BUF);
        if (written == -EAGAIN || written == -EINTR)
            continue;
        if (written == -EIO && client.is->terminal)
            hang_up();
        else if (written < 0) {
            client.broken = 1;
            say_signal(SIGPIPE);
        } else {
            bytes += written;
            size -= (u64)written;
        }
    }
}

/* Returns an exit status, or -1 to go on. */
static int hear(struct failure *failure) {
    static struct parcel parcel;
    static const char gone[] = "error: The supervisor of the container was killed\n";
    static const char full[] = "error: Too many are attached to the container already: at most 16\n";
    long length = SYS(recvfrom, client.is->connection, &parcel, sizeof parcel);
    if (length == -EINTR)
        return -1;
    /* It went without having read all that we said, which the kernel tells first. Its last words are there
     * still. */
    if (length == -ECONNRESET)
        length = SYS(recvfrom, client.is->connection, &parcel, sizeof parcel);
    if (length <= 0) {
        SYS(write, 2, gone, sizeof gone - 1);
        return 125;
    }
    u64 size = (u64)length - 1;
    if (parcel.kind == HEARS_FULL) {
        SYS(write, 2, full, sizeof full - 1);
        return 125;
    }
    if (parcel.kind == HEARS_OUTPUT)
        write_out(1, parcel.bytes, size);
    else if (parcel.kind == HEARS_ERRORS)
        write_out(2, parcel.bytes, size);
    else if (parcel.kind == HEARS_TAKEN)
        client.taken = 1;
    else if (parcel.kind == HEARS_STARTED && client.is->only_start)
        return 0;
    else if (parcel.kind == HEARS_FAILED && size == sizeof *failure) {
        memcpy((void *)failure, parcel.bytes, size);
        return 125;
    } else if (parcel.kind == HEARS_EXITED && size == 1) {
        int status = (u8)parcel.bytes[0];
        /* As the monitor does: a shell ends its script only for one that died of Ctrl-C. */
        if (status > 128 && (client.keyed & BIT(status - 128) & (BIT(SIGINT) | BIT(SIGQUIT))))
            box.die_by = status - 128;
        return status;
    }
    return -1;
}

static int wants_input(void) {
    if (!client.is->input || !client.taken || client.ended || client.is->only_start)
        return 0;
    /* As any program that wants the keys does in the background. Its shell brings it back. */
    if (client.is->terminal && !terminal_may_read(0))
        signals_stop_by(SIGTTIN);
    return terminal_may_read(0);
}

int client_connect(const char *directory) {
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
    int fd = (int)SYS(socket, AF_UNIX, SOCK_SEQPACKET | O_CLOEXEC, 0);
    long error = SYS(chdir, directory);
    if (error == 0)
        error = SYS(connect, fd, &address, sizeof address);
    SYS(fchdir, box.cwd);
    return error < 0 ? (int)error : above_standard(fd);
}

int client_run(const struct client *is, struct failure *failure) {
    u64 all = ~0UL;
    int status = -1;
    client.signals = (int)SYS(signalfd4, -1, &all, sizeof all, O_CLOEXEC | O_NONBLOCK);
    client.is = is;
    client.taken = 1;
    if (!is->only_start)
        say(SAYS_ATTACH, "\1", 1);
    if (!is->only_start) {
        make_raw();
        say_size();
    }
    while (status < 0 && !client.detached) {
        struct pollfd wait[] = {{.fd = is->connection, .events = POLLIN},
                                {.fd = client.signals, .events = POLLIN},
                                {.fd = wants_input() ? 0 : -1, .events = POLLIN}};
        SYS(ppoll, wait, 3, 0, 0, 0);
        take_signals_of_client();
        if (wait[0].revents)
            status = hear(failure);
        if (status < 0 && !client.detached && wait[2].revents)
            read_input();
    }
    if (client.broken)
        return 128 + SIGPIPE;
    if (client.hung_up)
        return 128 + SIGHUP;
    return client.detached ? 0 : status;
}
