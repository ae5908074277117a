/* A caller that asks by TCP, and the server that is asked for it. */
#ifndef NSBOX_DNS_CALL_H
#define NSBOX_DNS_CALL_H

#include "dns.h"

#define MAX_CALLS 16
#define IDLE (10 * NET_SECOND)
#define PATIENCE (5 * NET_SECOND) /* with one server */
#define LENGTH 2                  /* bytes of it before each message */

enum state { LISTENS, ASKS, WAITS, ANSWERS };

struct call {
    int fd, server; /* the caller's socket, and that to a server, -1 for none */
    u32 generation, tried;
    u32 done;                  /* bytes of the message that is read or written */
    u32 asked_size, size, end; /* of the question, of the answer; of the question section */
    s64 deadline;
    enum state state;
    u16 id, client_id;
    u8 used, asked;
    u8 question[LENGTH + DNS_LONGEST_QUESTION];
    u8 answer[LENGTH + 65535];
};

extern struct call calls[MAX_CALLS];

/* What to wait for of the caller. */
void call_want(struct call *call, u32 events);

/* `size` bytes of `answer`, behind its length, go to the caller. */
void call_answer(struct call *call, u32 size);
/* An answer without any content. */
void call_refuse(struct call *call, enum dns_status status);

/* Hands the question on to the next server; the caller hears that it failed where there is none. */
void call_dial_next(struct call *call);
/* This server has no answer: the next. */
void call_try_next(struct call *call);
/* The server can be written to, or read from. */
void call_server_event(struct call *call);
/* The connection to a server, if there is one, is over. */
void call_hang_up(struct call *call);

/*
 * Reads a length and as many bytes into `to`. Returns the length when all is there, 0 where more is to come,
 * or -1 where nothing more will, or more than `most`.
 */
int call_read(struct call *call, int fd, u8 *to, u32 most);
/* The same for `size` bytes of `from`. */
int call_write(struct call *call, int fd, const u8 *from, u32 size);

#endif
