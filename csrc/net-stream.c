/*
 * Published TCP ports. Bytes go from socket to socket through a pipe, by splice(2), and are never ours. A
 * side that has ended is half closed on the other; one that was reset resets it; who does not read makes the
 * other side wait, since no more than a pipe is held for it.
 */
#include "net-stream.h"
#include "socket.h"
#include "sys.h"

#define CHUNK 1048576 /* more than a pipe holds */
#define MAX_ROUNDS 16 /* of one connection, before others have their turn */

/* See splice(2). */
#define SPLICE_F_MOVE 1
#define SPLICE_F_NONBLOCK 2

static u32 queue = NO_STREAM, queue_end;
static int starved; /* some connection wanted a pipe, and there was none */

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

/* Takes what `from` has sent into a pipe. Returns 1 where something changed. */
static int fill(struct stream *stream, int from) {
    int *pipe = stream->pipe[from];
    if (!stream->readable[from] || stream->ended[from])
        return 0;
    if (!stream->writable[!from] && !stream->reset[!from])
        return 0;
    if (!pipe_take(pipe)) {
        starved = 1;
        return 0;
    }
    long length = SYS(splice, stream->fd[from], 0, pipe[1], 0, CHUNK, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (length > 0) {
        stream->held[from] = (u32)length;
        return 1;
    }
    pipe_give(pipe);
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
            pipe_give(pipe);
        return 1;
    }
    /* Nobody takes it any more: what the other side still says goes on, then it is reset. */
    pipe_drop(pipe);
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

void stream_move(struct stream *stream) {
    for (int round = 0, moved = 1; moved; round++) {
        if (round == MAX_ROUNDS) {
            enqueue(stream);
            return;
        }
        moved = 0;
        for (int from = 0; from < 2; from++)
            moved |= stream->held[from] ? drain(stream, from) : fill(stream, from);
        if (is_over(stream)) {
            stream_release(stream);
            return;
        }
    }
}

int stream_more(void) {
    u32 last = queue_end;
    for (u32 index = queue; index != NO_STREAM;) {
        struct stream *stream = &streams[index];
        u32 next = stream->next;
        queue = next;
        stream->queued = 0;
        if (stream->used)
            stream_move(stream);
        else
            stream_release(stream);
        if (index == last)
            break;
        index = queue;
    }
    return queue != NO_STREAM;
}

int stream_feed(void) {
    if (!starved)
        return 0;
    starved = 0;
    for (u32 index = 0; index < MAX_STREAMS; index++)
        if (streams[index].used && !streams[index].connecting)
            stream_move(&streams[index]);
    return 1;
}
