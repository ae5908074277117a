/*
 * Published TCP ports. Bytes go from socket to socket through a pipe, by splice(2), and are never ours. A
 * side that has ended is half closed on the other; one that was reset resets it; who does not read makes the
 * other side wait, since no more than a pipe is held for it.
 */
#include "net.h"
#include "socket.h"
#include "sys.h"
#include <asm/socket.h>
#include <linux/fcntl.h>

#define MAX_STREAMS 1024
#define CHUNK 1048576 /* more than a pipe holds */
#define MAX_ROUNDS 16 /* of one connection, before others have their turn */
#define IDLE_PIPES 8

/* Missing in <linux/fcntl.h>, see splice(2). */
#define SPLICE_F_MOVE 1
#define SPLICE_F_NONBLOCK 2

/* Side 0 is the client, side 1 the container. What is indexed by a side belongs to what comes from it. */
static struct stream {
    int fd[2], pipe[2][2];
    u32 held[2]; /* bytes in the pipe */
    u32 generation, next;
    u16 port; /* index of the published port */
    u8 used, connecting, family, second, queued;
    u8 readable[2], writable[2];
    u8 ended[2]; /* nothing more comes from it */
    u8 reset[2]; /* and it takes nothing more */
} streams[MAX_STREAMS];

#define NO_STREAM 0xffffffffU

static u32 first_free = 0, fresh = 0; /* list of those that were used; those from `fresh` on never were */
static u32 has_free;
static u32 queue = NO_STREAM, queue_end;
static int idle_pipes[IDLE_PIPES][2];
static u32 idle;
static int paused;  /* some ports are not listened to: there was no room */
static int starved; /* some connection wanted a pipe, and there was none */

static int take_pipe(int *pipe) {
    if (idle > 0) {
        idle--;
        pipe[0] = idle_pipes[idle][0];
        pipe[1] = idle_pipes[idle][1];
        return 1;
    }
    return SYS(pipe2, pipe, O_CLOEXEC | O_NONBLOCK) == 0;
}

static void close_pipe(int *pipe) {
    SYS(close, pipe[0]);
    SYS(close, pipe[1]);
}

/* An empty one is kept for the next who wants one. */
static void give_pipe(int *pipe) {
    if (idle == IDLE_PIPES) {
        close_pipe(pipe);
        return;
    }
    idle_pipes[idle][0] = pipe[0];
    idle_pipes[idle][1] = pipe[1];
    idle++;
}

/* There is one. */
static u32 take_stream(void) {
    if (!has_free)
        return fresh++;
    u32 index = first_free;
    first_free = streams[index].next;
    has_free--;
    return index;
}

static void enqueue(struct stream *stream) {
    u32 index = (u32)(stream - streams);
    if (stream->queued)
        return;
    stream->queued = 1;
    stream->next = NO_STREAM;
    if (queue == NO_STREAM)
        queue = index;
    else
        streams[queue_end].next = index;
    queue_end = index;
}

/* A reset is handed on: without lingering, close(2) sends one. */
static void close_side(struct stream *stream, int side) {
    struct {
        int on, seconds;
    } linger = {1, 0};
    if (stream->fd[side] < 0)
        return;
    if (stream->reset[!side])
        SYS(setsockopt, stream->fd[side], SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    SYS(close, stream->fd[side]);
    stream->fd[side] = -1;
}

/* Those in the queue stay out of the free list until their turn. */
static void release(struct stream *stream) {
    for (int side = 0; side < 2; side++) {
        if (stream->held[side])
            close_pipe(stream->pipe[side]);
        stream->held[side] = 0;
        close_side(stream, side);
    }
    stream->used = 0;
    stream->generation = net_next(stream->generation);
    if (stream->queued)
        return;
    stream->next = first_free;
    first_free = (u32)(stream - streams);
    has_free++;
}

/* Connects to the container's address of `stream->family`. Returns 0, or a negative errno. */
static long connect_inside(struct stream *stream) {
    struct net_address target;
    u32 index = (u32)(stream - streams);
    const int on = 1;
    if (!net_target(stream->family, net.published[stream->port].target, &target))
        return -EADDRNOTAVAIL;
    int fd = (int)SYS(socket, target.family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return fd;
    SYS(setsockopt, fd, SOL_TCP, TCP_NODELAY, &on, sizeof on);
    SYS(setsockopt, fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    SYS(setsockopt, fd, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
    stream->fd[1] = fd;
    stream->connecting = 1;
    long error = SYS(connect, fd, &target, address_size(&target));
    if (error < 0 && error != -EINPROGRESS)
        return error;
    return net_watch(fd, NET_IN | NET_OUT | NET_EDGE, NET_STREAM, index << 1 | 1, stream->generation);
}

/* The program inside may listen on one family alone: then the other is tried. The client is reset in the end.
 */
static void connect_next(struct stream *stream, long error) {
    while (error < 0) {
        if (stream->fd[1] >= 0)
            SYS(close, stream->fd[1]);
        stream->fd[1] = -1;
        if (stream->second) {
            stream->reset[1] = 1;
            release(stream);
            return;
        }
        stream->second = 1;
        stream->family = !stream->family;
        error = connect_inside(stream);
    }
}

static void accept_one(u32 index, u32 port, int fd) {
    const int on = 1;
    struct stream *stream = &streams[index];
    u32 generation = stream->generation;
    *stream = (struct stream){.fd = {fd, -1}, .port = (u16)port, .used = 1, .generation = generation};
    SYS(setsockopt, fd, SOL_TCP, TCP_NODELAY, &on, sizeof on);
    SYS(setsockopt, fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    SYS(setsockopt, fd, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
    stream->family = net.published[port].prefer;
    if (net_watch(fd, NET_IN | NET_OUT | NET_EDGE, NET_STREAM, index << 1, generation) < 0) {
        release(stream);
        return;
    }
    connect_next(stream, connect_inside(stream));
}

void stream_accept(u32 index) {
    for (int round = 0; round < MAX_ROUNDS; round++) {
        u32 free = has_free ? first_free : fresh;
        long fd = free == MAX_STREAMS
                      ? -EMFILE
                      : SYS(accept4, net.published[index].fd, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            accept_one(take_stream(), index, (int)fd);
            continue;
        }
        /* Else one that is gone already, or none at all. */
        if (fd == -EMFILE || fd == -ENFILE || fd == -ENOMEM || fd == -ENOBUFS) {
            net.published[index].paused = 1;
            paused = 1;
            net_rewatch(net.published[index].fd, 0, NET_LISTEN, index, 0);
        }
        if (fd != -ECONNABORTED)
            return;
    }
}

/* Takes what `from` has sent into a pipe. Returns 1 where something changed. */
static int fill(struct stream *stream, int from) {
    int *pipe = stream->pipe[from];
    if (!stream->readable[from] || stream->ended[from])
        return 0;
    if (!stream->writable[!from] && !stream->reset[!from])
        return 0;
    if (!take_pipe(pipe)) {
        starved = 1;
        return 0;
    }
    long length = SYS(splice, stream->fd[from], 0, pipe[1], 0, CHUNK, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (length > 0) {
        stream->held[from] = (u32)length;
        return 1;
    }
    give_pipe(pipe);
    if (length == -EAGAIN) {
        stream->readable[from] = 0;
        return 0;
    }
    stream->ended[from] = 1;
    stream->reset[from] |= length < 0;
    if (length == 0 && !stream->reset[from])
        SYS(shutdown, stream->fd[!from], SHUT_WR);
    return 1;
}

static int drain(struct stream *stream, int from) {
    int *pipe = stream->pipe[from];
    long length =
        SYS(splice, pipe[0], 0, stream->fd[!from], 0, stream->held[from], SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (length == -EAGAIN) {
        stream->writable[!from] = 0;
        return 0;
    }
    if (length > 0) {
        stream->held[from] -= (u32)length;
        if (stream->held[from] == 0)
            give_pipe(pipe);
        return 1;
    }
    /* Nobody takes it any more: what the other side still says goes on, then it is reset. */
    close_pipe(pipe);
    stream->held[from] = 0;
    stream->ended[from] = 1;
    stream->reset[!from] = 1;
    stream->readable[!from] = 1;
    return 1;
}

/* 1 where nothing moves any more: both have ended, or one that was reset has nothing left to hand on. */
static int is_over(const struct stream *stream) {
    int over[2];
    for (int side = 0; side < 2; side++)
        over[side] = stream->ended[side] && stream->held[side] == 0;
    return (over[0] && over[1]) || (over[0] && stream->reset[0]) || (over[1] && stream->reset[1]);
}

static void move(struct stream *stream) {
    for (int round = 0, moved = 1; moved; round++) {
        if (round == MAX_ROUNDS) {
            enqueue(stream);
            return;
        }
        moved = 0;
        for (int from = 0; from < 2; from++)
            moved |= stream->held[from] ? drain(stream, from) : fill(stream, from);
        if (is_over(stream)) {
            release(stream);
            return;
        }
    }
}

/* The container's side is connected, or is not to be reached in this way. */
static int finish_connect(struct stream *stream) {
    int error = 0;
    u32 size = sizeof error;
    SYS(getsockopt, stream->fd[1], SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) {
        connect_next(stream, -error);
        return 0;
    }
    stream->connecting = 0;
    net.published[stream->port].prefer = stream->family;
    return 1;
}

void stream_event(u32 index, u32 generation, u32 events) {
    struct stream *stream = &streams[index >> 1];
    int side = index & 1;
    if (!stream->used || stream->generation != generation)
        return;
    if (side == 1 && stream->connecting && !finish_connect(stream))
        return;
    if (events & NET_OUT)
        stream->writable[side] = 1;
    if (events & (NET_IN | NET_ERR | NET_HUP))
        stream->readable[side] = 1;
    if (events & NET_ERR)
        stream->reset[side] = 1;
    if (!stream->connecting)
        move(stream);
}

int stream_more(void) {
    u32 last = queue_end;
    for (u32 index = queue; index != NO_STREAM;) {
        struct stream *stream = &streams[index];
        u32 next = stream->next;
        queue = next;
        stream->queued = 0;
        if (stream->used)
            move(stream);
        else
            release(stream);
        if (index == last)
            break;
        index = queue;
    }
    return queue != NO_STREAM;
}

/* Those that could not be accepted, or wanted a pipe, have no other event to wait for. */
int stream_tick(void) {
    int wanted = paused || starved;
    int room = has_free || fresh < MAX_STREAMS;
    for (u32 index = 0; index < net.ports && paused && room; index++) {
        struct published *port = &net.published[index];
        if (port->paused)
            net_rewatch(port->fd, NET_IN, NET_LISTEN, index, 0);
        port->paused = 0;
    }
    paused = paused && !room;
    int retry = starved;
    starved = 0;
    for (u32 index = 0; index < fresh && retry; index++)
        if (streams[index].used && !streams[index].connecting)
            move(&streams[index]);
    return wanted;
}
