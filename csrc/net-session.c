/*
 * Published UDP ports. Each client has a socket of its own towards the container, so that what comes back
 * finds its way; it is forgotten when nothing moved for a while, as connection tracking does.
 */
#include "net.h"
#include "socket.h"
#include "sys.h"

#define MAX_SESSIONS 512
#define MAX_ROUNDS 64 /* datagrams at one event */
#define UNANSWERED (30 * NET_SECOND)
#define ANSWERED (180 * NET_SECOND)

/* struct in_pktinfo and in6_pktinfo of ip(7) and ipv6(7): which of our addresses, on which device. */
struct control {
    u64 length;
    int level, type;
    union {
        struct {
            u32 device;
            u8 local[4], destination[4];
        } v4;
        struct {
            u8 local[16];
            u32 device;
        } v6;
    };
    u32 padding;
};

static struct session {
    struct net_address client;
    struct control from; /* what the client asked */
    s64 last;
    int fd; /* connected to the container, -1 for none */
    u32 generation;
    u16 port;
    u8 family, used, answered;
} sessions[MAX_SESSIONS];

static u8 bytes[65536];
static u32 count; /* those behind were never used */

static void forget(struct session *session) {
    if (session->fd >= 0)
        SYS(close, session->fd);
    session->used = 0;
    session->generation = net_next(session->generation);
}

/* The asked address takes part: a client may use one of its ports for several. */
static int is_same(const struct session *session, u32 port, const struct net_address *client,
                   const struct control *from) {
    if (!session->used || session->port != port || !address_equal(&session->client, client))
        return 0;
    const u8 *a = session->client.family == AF_INET6 ? session->from.v6.local : session->from.v4.destination;
    const u8 *b = session->client.family == AF_INET6 ? from->v6.local : from->v4.destination;
    for (u32 i = 0; i < (session->client.family == AF_INET6 ? 16U : 4U); i++)
        if (a[i] != b[i])
            return 0;
    return 1;
}

/* A free place, or that of who was silent longest. */
static struct session *take_session(void) {
    struct session *oldest = sessions;
    for (u32 i = 0; i < MAX_SESSIONS; i++) {
        struct session *session = &sessions[i];
        if (i == count)
            count++;
        if (!session->used)
            return session;
        if (session->last < oldest->last)
            oldest = session;
    }
    forget(oldest);
    return oldest;
}

static long open_session(struct session *session) {
    struct net_address target;
    if (!net_target(session->family, net.published[session->port].target, &target))
        return -EADDRNOTAVAIL;
    session->fd = (int)SYS(socket, target.family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (session->fd < 0)
        return session->fd;
    long error = SYS(connect, session->fd, &target, address_size(&target));
    if (error == 0)
        error = net_watch(session->fd, NET_IN, NET_SESSION, (u32)(session - sessions), session->generation);
    if (error == 0)
        return 0;
    SYS(close, session->fd);
    session->fd = -1;
    return error;
}

/* The program inside may listen on one family alone. */
static long open_other(struct session *session) {
    if (session->fd >= 0)
        SYS(close, session->fd);
    session->fd = -1;
    session->generation = net_next(session->generation);
    session->family = !session->family;
    return open_session(session);
}

static struct session *session_for(u32 port, const struct net_address *client, const struct control *from) {
    for (u32 i = 0; i < count; i++)
        if (is_same(&sessions[i], port, client, from))
            return &sessions[i];
    struct session *session = take_session();
    u32 generation = session->generation;
    *session = (struct session){.client = *client,
                                .from = *from,
                                .fd = -1,
                                .generation = generation,
                                .port = (u16)port,
                                .family = net.published[port].prefer,
                                .used = 1};
    if (open_session(session) == 0 || open_other(session) == 0)
        return session;
    forget(session);
    return 0;
}

/* Takes a datagram, and where it came from. Returns its length or a negative errno. */
static long receive(int fd, struct net_address *client, struct control *from) {
    struct socket_part part = {bytes, sizeof bytes};
    struct socket_message message = {client, sizeof *client, &part, 1, from, sizeof *from, 0};
    *client = (struct net_address){0};
    *from = (struct control){0};
    return SYS(recvmsg, fd, &message, MSG_DONTWAIT);
}

void session_datagrams(u32 index) {
    for (int round = 0; round < MAX_ROUNDS; round++) {
        struct net_address client;
        struct control from;
        long length = receive(net.published[index].fd, &client, &from);
        if (length < 0)
            return;
        struct session *session = session_for(index, &client, &from);
        if (!session)
            continue;
        session->last = net.now;
        long sent = SYS(sendto, session->fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0);
        /* That an earlier one was refused is told now; this one was not sent. */
        if (sent == -ECONNREFUSED && open_other(session) < 0)
            forget(session);
        else if (sent == -ECONNREFUSED)
            SYS(sendto, session->fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0);
    }
}

/* From the address that the client asked. */
static void answer(struct session *session, long length) {
    struct control to = session->from;
    struct socket_part part = {bytes, (u64)length};
    struct socket_message message = {&session->client, address_size(&session->client), &part, 1, &to, 0, 0};
    if (to.length) {
        message.control_size = session->client.family == AF_INET6 ? 40 : 32;
        /* The device by which it came is not always the one by which the answer goes. */
        if (session->client.family == AF_INET)
            to.v4.device = 0;
        else if (session->client.v6.scope == 0)
            to.v6.device = 0;
    }
    SYS(sendmsg, net.published[session->port].fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void session_event(u32 index, u32 generation) {
    struct session *session = &sessions[index];
    if (!session->used || session->generation != generation)
        return;
    for (int round = 0; round < MAX_ROUNDS; round++) {
        long length = SYS(recvfrom, session->fd, bytes, sizeof bytes, MSG_DONTWAIT, 0, 0);
        if (length == -EAGAIN)
            return;
        if (length < 0) {
            /* Refused. What was sent is lost, as datagrams may be; the next goes to the other family. */
            if (!session->answered)
                net.published[session->port].prefer = !session->family;
            if (session->answered || open_other(session) < 0)
                forget(session);
            return;
        }
        session->last = net.now;
        session->answered = 1;
        net.published[session->port].prefer = session->family;
        answer(session, length);
    }
}

int session_tick(void) {
    int any = 0;
    for (u32 i = 0; i < count; i++) {
        struct session *session = &sessions[i];
        if (session->used && net.now - session->last > (session->answered ? ANSWERED : UNANSWERED))
            forget(session);
        any |= session->used;
    }
    return any;
}
