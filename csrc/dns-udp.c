/*
 * Questions by UDP. Each that is handed on has a socket of its own, connected to the server, with a port of
 * the kernel's choice, and a random id: nobody who cannot see it can answer in the server's place.
 */
#include "dns.h"
#include "net.h"
#include "socket.h"
#include "sys.h"
#include "text.h"

#define MAX_PENDING 256
#define MAX_ROUNDS 64
#define PATIENCE (2 * NET_SECOND) /* before the next server is asked */
#define MAX_TURNS 2               /* through all servers */
#define LONGEST_REPLY 65535

static struct pending {
    struct net_address client;
    s64 deadline;
    int fd;
    u32 tried, end, size, generation;
    u16 id, client_id;
    u8 used, turns, server;
    u8 message[DNS_LONGEST_QUESTION];
} pending[MAX_PENDING];

static u32 count;       /* those behind were never used */
static u8 bytes[65536]; /* also for answers of our own */

/*
 * The address was bound before the loopback interface had any, so the kernel does not know it for a source:
 * it is told each time. See IP_PKTINFO in ip(7).
 */
static void reply(const struct net_address *client, const u8 *message, u32 size) {
    struct {
        u64 length;
        int level, type;
        u32 device;
        u8 local[4], destination[4];
        u32 padding;
    } from = {28, SOL_IP, IP_PKTINFO, 0, {127, 0, 0, 11}, {0}, 0};
    struct socket_part part = {(void *)message, size};
    struct socket_message whole = {(void *)client, address_size(client), &part, 1, &from, sizeof from, 0};
    SYS(sendmsg, net.questions, &whole, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void stop_asking(struct pending *one) {
    if (one->fd >= 0)
        SYS(close, one->fd);
    one->fd = -1;
    one->generation = net_next(one->generation);
}

static void forget(struct pending *one) {
    stop_asking(one);
    one->used = 0;
}

/* None of the servers had an answer. */
static void fail(struct pending *one) {
    struct dns_question question;
    static u8 out[DNS_LONGEST_QUESTION];
    dns_put_u16(one->message, one->client_id);
    if (dns_read(one->message, one->size, &question) == DNS_GOOD)
        reply(&one->client, out, dns_write(out, one->message, &question, DNS_SERVFAIL, 0));
    forget(one);
}

static long ask(struct pending *one, const struct net_address *server) {
    u32 index = (u32)(one - pending);
    dns_random(&one->id, sizeof one->id);
    dns_put_u16(one->message, one->id);
    one->fd = (int)SYS(socket, server->family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    long error = one->fd < 0 ? one->fd : SYS(connect, one->fd, server, address_size(server));
    if (error == 0)
        error = net_watch(one->fd, NET_IN, NET_UPSTREAM, index, one->generation);
    if (error == 0)
        error = SYS(sendto, one->fd, one->message, one->size, MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0);
    return error;
}

/* Asks the next server that was not asked yet; all of them, and then once more. */
static void ask_next(struct pending *one) {
    struct net_address servers[DNS_MOST_SERVERS];
    u32 among = servers_read(servers);
    for (;;) {
        stop_asking(one);
        u32 next = servers_next(among, one->tried);
        if (next == DNS_MOST_SERVERS && ++one->turns < MAX_TURNS) {
            one->tried = 0;
            next = servers_next(among, 0);
        }
        if (next == DNS_MOST_SERVERS) {
            fail(one);
            return;
        }
        one->tried |= 1U << next;
        one->server = (u8)next;
        one->deadline = net.now + PATIENCE;
        if (ask(one, &servers[next]) >= 0)
            return;
        servers_tell(next, 0);
    }
}

/* A client that waits no longer sends the same question again: one of them is enough. */
static int is_asked_already(const struct net_address *client, u16 id) {
    for (u32 i = 0; i < count; i++)
        if (pending[i].used && pending[i].client_id == id && address_equal(&pending[i].client, client))
            return 1;
    return 0;
}

/* Where there is no room the question is dropped, as on a network that is full: the client asks again. */
static void hand_on(const struct net_address *client, u32 size, const struct dns_question *question) {
    u32 index = 0;
    if (is_asked_already(client, question->id))
        return;
    while (index < count && pending[index].used)
        index++;
    if (index == MAX_PENDING)
        return;
    if (index == count)
        count++;
    struct pending *one = &pending[index];
    one->used = 1;
    one->fd = -1;
    one->client = *client;
    one->client_id = question->id;
    one->end = question->end;
    one->size = size;
    one->tried = one->turns = 0;
    memcpy(one->message, bytes, size);
    ask_next(one);
}

static void take_question(const struct net_address *client, u32 size) {
    static struct dns_question question;
    static struct dns_answers answers;
    static u8 out[DNS_LONGEST_QUESTION];
    int status = dns_read(bytes, size, &question);
    if (status < 0)
        return;
    int is_good = status == DNS_GOOD;
    if (is_good)
        status = names_answer(&question, &answers);
    if (status < 0) {
        hand_on(client, size, &question);
        return;
    }
    const struct dns_answers *said = is_good ? &answers : 0;
    reply(client, out, dns_write(out, bytes, &question, (enum dns_status)status, said));
}

void dns_questions(void) {
    for (int round = 0; round < MAX_ROUNDS; round++) {
        struct net_address client = {0};
        u32 size = sizeof client;
        long length = SYS(recvfrom, net.questions, bytes, sizeof bytes, MSG_DONTWAIT, &client, &size);
        if (length < 0)
            return;
        take_question(&client, (u32)length);
    }
}

/* 1 where another server may know more: this one has trouble, or will not talk to us. */
static int is_no_answer(const u8 *message) {
    int status = message[3] & 15;
    return status == DNS_SERVFAIL || status == DNS_REFUSED || status == DNS_NOTIMP;
}

void dns_upstream_event(u32 index, u32 generation) {
    struct pending *one = &pending[index];
    if (!one->used || one->generation != generation)
        return;
    long length = SYS(recvfrom, one->fd, bytes, LONGEST_REPLY, MSG_DONTWAIT, 0, 0);
    if (length == -EAGAIN)
        return;
    if (length < 0) {
        /* Nobody listens there. */
        servers_tell(one->server, 0);
        ask_next(one);
        return;
    }
    if (!dns_is_reply(bytes, (u32)length, one->id, one->message, one->end))
        return;
    struct net_address servers[DNS_MOST_SERVERS];
    u32 among = servers_read(servers);
    if (is_no_answer(bytes) && servers_next(among, one->tried) != DNS_MOST_SERVERS) {
        ask_next(one);
        return;
    }
    servers_tell(one->server, 1);
    dns_put_u16(bytes, one->client_id);
    reply(&one->client, bytes, (u32)length);
    forget(one);
}

int dns_tick(void) {
    int any = 0;
    for (u32 i = 0; i < count; i++) {
        struct pending *one = &pending[i];
        if (one->used && net.now >= one->deadline) {
            servers_tell(one->server, 0);
            ask_next(one);
        }
        any |= one->used;
    }
    while (count > 0 && !pending[count - 1].used)
        count--;
    return any;
}

void dns_listen(int on) {
    if (net.questions >= 0)
        net_rewatch(net.questions, on ? NET_IN : 0, NET_QUESTIONS, 0, 0);
}
