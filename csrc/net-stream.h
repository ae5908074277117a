/* Connections of published TCP ports. */
#ifndef NSBOX_NET_STREAM_H
#define NSBOX_NET_STREAM_H

#include "net.h"

#define MAX_STREAMS 1024
#define NO_STREAM 0xffffffffU

/* Side 0 is the client, side 1 the container. What is indexed by a side belongs to what comes from it. */
struct stream {
    int fd[2], pipe[2][2];
    u32 held[2]; /* bytes in the pipe */
    u32 generation, next;
    u16 port;              /* index of the published port */
    u8 used, queued;       /* queued: it has more to move, and others have their turn first */
    u8 connecting, family; /* the container's side: not connected yet; index of the address in `net.inside` */
    u8 second;             /* it is tried at the other address */
    u8 readable[2], writable[2];
    u8 ended[2]; /* nothing more comes from it */
    u8 reset[2]; /* and it takes nothing more */
};

extern struct stream streams[MAX_STREAMS];

/* Ends a connection: a side whose other one was reset is reset too. Its place is free once it is in no queue.
 */
void stream_release(struct stream *stream);

/* Moves what can be moved, and releases what is over. */
void stream_move(struct stream *stream);

/* Moves those again that wanted a pipe when there was none. Returns 1 where there were any. */
int stream_feed(void);

/* A pipe, empty. Returns 0 where there is none to be had. */
int pipe_take(int *pipe);
/* Gives it back, as empty as it was. */
void pipe_give(int *pipe);
/* Closes it, with what is in it. */
void pipe_drop(int *pipe);

#endif
