/* One direction of bytes, from a descriptor to another, through a buffer of its own. */
#ifndef NSBOX_FLOW_H
#define NSBOX_FLOW_H

#include "types.h"
#include <linux/poll.h>

/* As much as a pipe that says it can be written to takes without blocking: PIPE_BUF of pipe(7). */
#define FLOW_SIZE 4096

struct flow {
    int from, to;
    u32 length, done;
    u8 ended;  /* `from` has come to its end */
    u8 closed; /* nobody reads `to` any more */
    char bytes[FLOW_SIZE];
};

/* What to wait for: room where bytes are held, bytes else. `fd` is -1 where there is nothing to wait for. */
struct pollfd flow_wants(const struct flow *flow);

/* Moves what can be moved without blocking. `ready`: what poll(2) said of what was wanted. */
void flow_move(struct flow *flow, s32 ready);

#endif
