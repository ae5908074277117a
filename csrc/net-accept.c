/* Connections of published TCP ports: taken, connected to the container, ended. */
#include "net-stream.h"
#include "socket.h"
#include "sys.h"
#include <asm/socket.h>

#define MAX_ROUNDS 16 /* connections at one event */

struct stream streams[MAX_STREAMS];

static u32 first_free, has_free; /* list of those that were used */
static u32 fresh;                /* those from here on never were */
static int paused;               /* some ports are not listened to: there was no room */

/* There is one. */
static u32 take_stream(void) {
    if (!has_free)
        return fresh++;
    u32 index = first_free;
    first_free = streams[index].next;
    has_free--;
    return index;
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

void stream_release(struct stream *stream) {
    for (int side = 0; side < 2; side++) {
        if (stream->held[side])
            pipe_drop(stream->pipe[side]);
        stream->held[side] = 0;
        close_side(stream, side);
    }
    stream->used = 0;
    stream->generation = net_next(stream->generation);
    if (stream->queued)
        return; /* until its turn */
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
            stream_release(stream);
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
        stream_release(stream);
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
        stream_move(stream);
}

/* Those that could not be accepted have no other event to wait for. */
int stream_tick(void) {
    int wanted = paused | stream_feed();
    if (!paused || (!has_free && fresh == MAX_STREAMS))
        return wanted;
    paused = 0;
    for (u32 index = 0; index < net.ports; index++) {
        struct published *port = &net.published[index];
        if (port->paused)
            net_rewatch(port->fd, NET_IN, NET_LISTEN, index, 0);
        port->paused = 0;
    }
    return wanted;
}
