/* What the network helper does all its life: waits for its sockets, and for time to pass. */
#include "dns.h"
#include "net.h"
#include "sys.h"
#include <linux/eventpoll.h>
#include <linux/time_types.h>

#define TICK 250 /* milliseconds */

static s64 clock(void) {
    struct __kernel_timespec time;
    SYS(clock_gettime, 1, &time); /* CLOCK_MONOTONIC */
    return time.tv_sec * NET_SECOND + time.tv_nsec;
}

/* Kind and generation share the upper half. */
static long control(int operation, int fd, u32 events, enum net_kind kind, u32 index, u32 generation) {
    struct epoll_event event = {events, (u64)kind << 56 | (u64)generation << 32 | index};
    return SYS(epoll_ctl, net.epoll, operation, fd, &event);
}

long net_watch(int fd, u32 events, enum net_kind kind, u32 index, u32 generation) {
    return control(EPOLL_CTL_ADD, fd, events, kind, index, generation);
}

void net_rewatch(int fd, u32 events, enum net_kind kind, u32 index, u32 generation) {
    control(EPOLL_CTL_MOD, fd, events, kind, index, generation);
}

int net_target(int which, u16 port, struct net_address *address) {
    *address = net.inside[which];
    address_set_port(address, port);
    return address->family != 0;
}

static void dispatch(u64 data, u32 events) {
    u32 index = (u32)data, generation = (u32)(data >> 32) & NET_GENERATIONS;
    switch ((enum net_kind)(data >> 56)) {
    case NET_MONITOR:
        leave(0);
    case NET_LISTEN:
        stream_accept(index);
        break;
    case NET_DATAGRAMS:
        session_datagrams(index);
        break;
    case NET_STREAM:
        stream_event(index, generation, events);
        break;
    case NET_SESSION:
        session_event(index, generation);
        break;
    case NET_QUESTIONS:
        dns_questions();
        break;
    case NET_UPSTREAM:
        dns_upstream_event(index, generation);
        break;
    case NET_CALLS:
        dns_accept();
        break;
    case NET_CALLER:
        dns_call_event(index, generation, 0);
        break;
    case NET_CALLEE:
        dns_call_event(index, generation, 1);
        break;
    }
}

/*
 * Whatever a container asks, and however often: its limit on CPU time is not ours, so names get a quarter of
 * a second of each, and wait for the next then. Returns 1 while they do.
 */
static int ration(s64 spent) {
    static s64 begin, used;
    static int resting;
    used += spent;
    if (net.now - begin >= NET_SECOND) {
        begin = net.now;
        used = 0;
    }
    int rests = used > NET_SECOND / 4;
    if (rests != resting) {
        resting = rests;
        dns_listen(!rests);
        dns_call_listen(!rests);
    }
    return rests;
}

static int is_of_names(u64 data) {
    u64 kind = data >> 56;
    return kind == NET_QUESTIONS || kind == NET_CALLS || kind == NET_CALLER;
}

_Noreturn void net_serve(void) {
    static struct epoll_event events[64];
    for (int pause = -1;;) {
        long count = SYS(epoll_pwait, net.epoll, events, COUNT(events), pause, 0, 8);
        s64 spent = 0;
        net.now = clock();
        for (long i = 0; i < count; i++) {
            s64 before = is_of_names(events[i].data) ? clock() : 0;
            dispatch(events[i].data, events[i].events);
            spent += before ? clock() - before : 0;
        }
        int more = stream_more();
        int ticks = stream_tick() | session_tick() | dns_tick() | dns_call_tick() | ration(spent);
        pause = more ? 0 : ticks ? TICK : -1;
    }
}
