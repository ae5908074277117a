/* One life of a kept container after another: the supervisor between its monitor and its clients. */
#ifndef NSBOX_LIVES_H
#define NSBOX_LIVES_H

#include "box.h"

/* What the supervisor holds. */
struct supervision {
    const struct args_supervise *args;
    int signals;    /* signalfd */
    int monitor;    /* socket */
    int exit;       /* pidfd of the command */
    int streams[2]; /* what the command writes, -1 for none */
    int terminal;   /* the master, also streams[0] */
    int slave;      /* the other side of it */
    int begun;      /* the first start succeeded */
    int again;      /* it was started before: its state is worth keeping */
    int stopped;    /* somebody sent SIGTERM: no new start */
    u64 pause;      /* before the next start, in nanoseconds */
};

extern struct supervision own;

/* Starts a monitor. Returns 1 in it, 0 in the supervisor, or a negative errno. */
long begin_life(void);

/* Serves until the monitor has ended, and notes how. */
void live(void);

/* Waits for something, at most `pause` nanoseconds (0: for ever), and does it. */
void serve(u64 pause);

/* Everybody gets everything that was written. */
void settle(void);

#endif
