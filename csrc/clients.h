/* Both sides of the control socket of a kept container. */
#ifndef NSBOX_CLIENTS_H
#define NSBOX_CLIENTS_H

#include "supervise.h"
#include <linux/poll.h>

#define MAX_CLIENTS 16

/* What clients ask of the supervisor. */
struct wishes {
    u64 signals; /* to be sent to the monitor: the bit of each */
    int resize;  /* the terminal's size is in `window` */
    struct {
        u16 rows, columns, width, height;
    } window;
};

/* Makes the socket in the state directory. Returns 0 or a negative errno. */
long clients_listen(int directory);

/*
 * The one that was there from the beginning: the end of its input is that of the command's. It gets the
 * output where it is `attached`; else it is told of the start.
 */
void clients_first(int fd, int attached);

enum { NO_FEED = -1, LATER_FEED = -2 };

/* The command's input is `fd` now; NO_FEED: it has none; LATER_FEED: what is typed waits until it has. */
void clients_feed(int fd);

/* What to wait for, at most MAX_CLIENTS + 2 entries. Returns how many. */
u32 clients_wants(struct pollfd *polls);

/* Does what `polls`, of clients_wants, says can be done. */
struct wishes clients_serve(const struct pollfd *polls, u32 count);

/* Sends to all who are attached; not again before clients_lag() is 0. */
void clients_send(enum message kind, const void *bytes, u64 size);

/* Tells the first that the command runs. */
void clients_started(void);

/* Takes whoever has connected; where there are MAX_CLIENTS it is told so, and goes. */
void clients_accept(void);

/* 1 where somebody has not taken what was sent last. */
int clients_lag(void);

/* Opens the control socket of the container at `directory`. Returns it, or a negative errno. */
int client_connect(const char *directory);

/*
 * The other side: this process becomes the client at `connection`. `input`, `terminal`: the command has
 * these. `keys`: what detaches. Returns an exit status, or fills `failure`. With `only_start` it returns once
 * the command runs.
 */
struct client {
    int connection, input, terminal, only_start;
    const char *keys;
};
int client_run(const struct client *client, struct failure *failure);

#endif
