/*
 * The network helper: one small process beside the monitor. It moves the bytes of published ports between the
 * host and the container, and answers the container's questions about names. All its memory is static.
 */
#ifndef NSBOX_NET_H
#define NSBOX_NET_H

#include "net-address.h"

/* What a descriptor that epoll(7) tells of belongs to. */
enum net_kind {
    NET_MONITOR,
    NET_LISTEN,
    NET_DATAGRAMS,
    NET_STREAM,
    NET_SESSION,
    NET_QUESTIONS,
    NET_CALLS,
    NET_UPSTREAM,
    NET_CALLER,
    NET_CALLEE
};

/* Bits of `events`, as <linux/eventpoll.h> has them. */
#define NET_IN 1U
#define NET_OUT 4U
#define NET_ERR 8U
#define NET_HUP 0x10U
#define NET_EDGE (1U << 31)

#define MAX_PUBLISHED 512
#define NET_DESCRIPTORS (MAX_PUBLISHED + 4)

/* A port of the host that leads into the container. */
struct published {
    int fd;
    u8 datagrams; /* UDP */
    u8 prefer;    /* index of the family that answered last, in `net.inside` */
    u8 paused;    /* not listened to until there is room again */
    u16 target;   /* the port inside */
    u16 family;
};

struct net {
    int epoll;
    s32 pid; /* of the helper, 0 for none */
    u32 deaths;
    struct net_address inside[2]; /* the container's IPv4 and IPv6 address; family 0 for none */
    struct published published[MAX_PUBLISHED];
    u32 ports;
    int namespaces[2]; /* of the container, where the helper is to enter them: user and network; -1 for none
                        */
    int questions, calls; /* the resolver's UDP socket and the one that listens, -1 for none */
    s64 now;              /* CLOCK_MONOTONIC in nanoseconds, when epoll last came back */
};

extern struct net net;

/*
 * What is in a table has a generation, another for each who gets that place: events that are told of the one
 * before are known by it.
 */
#define NET_GENERATIONS 0xffffffU
static inline u32 net_next(u32 generation) {
    return (generation + 1) & NET_GENERATIONS;
}

#define NET_SECOND 1000000000L

/* Has epoll tell of `fd` with these words. Returns 0 or a negative errno. */
long net_watch(int fd, u32 events, enum net_kind kind, u32 index, u32 generation);
/* Changes what is told of it. */
void net_rewatch(int fd, u32 events, enum net_kind kind, u32 index, u32 generation);

/* The helper's life. */
_Noreturn void net_serve(void);

/* 1 where process `pid`, which has ended, was the helper. Another one takes its place, some times. */
int net_ended(s32 pid);

/* Ends the helper, and waits until its ports are free. Nothing where there is none. */
void net_end(void);

/* What the monitor holds open for another helper: at most NET_DESCRIPTORS of them. Returns how many. */
u32 net_descriptors(int *descriptors);

/* Leaves this process no system calls but those of the helper. */
long net_confine(void);

/* Published TCP ports. `index`: of the published port, or of the connection with its side in the lowest bit.
 */
void stream_accept(u32 index);
void stream_event(u32 index, u32 generation, u32 events);
/* Goes on with connections that had more to move. Returns 1 where some still have. */
int stream_more(void);
/* Listens again where it had to pause. Returns 1 where that may be needed. */
int stream_tick(void);

/* Published UDP ports. */
void session_datagrams(u32 index);
void session_event(u32 index, u32 generation);
/* Forgets those that are idle. Returns 1 where there are any. */
int session_tick(void);

/* The address `which` (0: IPv4, 1: IPv6) of the container, with this port. 0 where it has none. */
int net_target(int which, u16 port, struct net_address *address);

#endif
