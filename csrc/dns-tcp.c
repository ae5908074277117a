/*
 * Questions by TCP, RFC 7766: each message behind its length. A caller has one question under way, and a
 * connection to the server for it; the next is read when the answer is out.
 */
#include "dns.h"
#include "net.h"
#include "socket.h"
#include "sys.h"
#include <asm/socket.h>

#define MAX_CALLS 16
#define IDLE (10 * NET_SECOND)
#define PATIENCE (5 * NET_SECOND) /* with one server */
#define LENGTH 2                  /* bytes of it before each message */

enum state { LISTENS, ASKS, WAITS, ANSWERS };

static struct call {
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
} calls[MAX_CALLS];

static int paused;

static void hang_up(struct call *call) {
    if (call->server >= 0)
        SYS(close, call->server);
    call->server = -1;
}

static void end_call(struct call *call) {
    hang_up(call);
    SYS(close, call->fd);
    call->used = 0;
    call->generation = net_next(call->generation);
    /* A long answer took pages that the next may not need. */
    SYS(madvise, (u64)(call->answer + 4095) & ~4095UL, 61440, 4); /* MADV_DONTNEED */
}

static void want(struct call *call, u32 events) {
    net_rewatch(call->fd, events, NET_CALLER, (u32)(call - calls), call->generation);
}

static void listen_again(struct call *call) {
    call->state = LISTENS;
    call->done = 0;
    call->deadline = net.now + IDLE;
    want(call, NET_IN);
}

/* `size` bytes of `answer` go to the caller. */
static void begin_answer(struct call *call, u32 size) {
    hang_up(call);
    dns_put_u16(call->answer, size);
    call->state = ANSWERS;
    call->done = 0;
    call->size = size;
    call->deadline = net.now + IDLE;
    want(call, NET_OUT);
}

static void begin_refusal(struct call *call, enum dns_status status) {
    static struct dns_question question;
    dns_put_u16(call->question + LENGTH, call->client_id);
    dns_read(call->question + LENGTH, call->asked_size, &question);
    begin_answer(call, dns_write(call->answer + LENGTH, call->question + LENGTH, &question, status, 0));
}

static long dial(struct call *call, const struct net_address *server) {
    dns_random(&call->id, sizeof call->id);
    dns_put_u16(call->question + LENGTH, call->id);
    call->server = (int)SYS(socket, server->family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (call->server < 0)
        return call->server;
    long error = SYS(connect, call->server, server, address_size(server));
    if (error < 0 && error != -EINPROGRESS)
        return error;
    call->state = ASKS;
    call->done = 0;
    call->deadline = net.now + PATIENCE;
    return net_watch(call->server, NET_OUT, NET_CALLEE, (u32)(call - calls), call->generation);
}

/* The next server; the caller hears that it failed where there is none. */
static void dial_next(struct call *call) {
    struct net_address servers[DNS_MOST_SERVERS];
    u32 among = servers_read(servers);
    for (;;) {
        hang_up(call);
        u32 next = servers_next(among, call->tried);
        if (next == DNS_MOST_SERVERS) {
            begin_refusal(call, DNS_SERVFAIL);
            return;
        }
        call->tried |= 1U << next;
        call->asked = (u8)next;
        if (dial(call, &servers[next]) >= 0)
            return;
        servers_tell(next, 0);
    }
}

static void take_question(struct call *call, u32 size) {
    static struct dns_question question;
    static struct dns_answers answers;
    u8 *message = call->question + LENGTH;
    int status = dns_read(message, size, &question);
    if (status < 0) {
        end_call(call);
        return;
    }
    call->asked_size = size;
    call->client_id = question.id;
    call->end = question.end;
    call->tried = 0;
    if (status != DNS_GOOD) {
        begin_refusal(call, (enum dns_status)status);
        return;
    }
    status = leases_answer(&question, &answers);
    if (status < 0) {
        want(call, 0);
        dial_next(call);
        return;
    }
    begin_answer(call,
                 dns_write(call->answer + LENGTH, message, &question, (enum dns_status)status, &answers));
}

/*
 * Reads a length and as many bytes into `to`. Returns the length when all is there, 0 where more is to come,
 * or -1 where nothing more will, or more than `most`.
 */
static int read_message(struct call *call, int fd, u8 *to, u32 most) {
    u32 size = call->done < LENGTH ? LENGTH : LENGTH + dns_u16(to);
    long length = SYS(recvfrom, fd, to + call->done, size - call->done, MSG_DONTWAIT, 0, 0);
    if (length == -EAGAIN)
        return 0;
    if (length <= 0)
        return -1;
    call->done += (u32)length;
    if (call->done < LENGTH)
        return 0;
    size = LENGTH + dns_u16(to);
    if (size == LENGTH || size > most)
        return -1;
    return call->done == size ? (int)dns_u16(to) : 0;
}

/* The same for `size` bytes of `from`. */
static int write_message(struct call *call, int fd, const u8 *from, u32 size) {
    long length = SYS(sendto, fd, from + call->done, size - call->done, MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0);
    if (length == -EAGAIN)
        return 0;
    if (length < 0)
        return -1;
    call->done += (u32)length;
    return call->done == size;
}

static void talk_to_caller(struct call *call) {
    if (call->state == LISTENS) {
        int got = read_message(call, call->fd, call->question, sizeof call->question);
        if (got < 0)
            end_call(call);
        else if (got)
            take_question(call, (u32)got);
    } else if (call->state == ANSWERS) {
        int sent = write_message(call, call->fd, call->answer, LENGTH + call->size);
        if (sent < 0)
            end_call(call);
        else if (sent)
            listen_again(call);
    } else
        end_call(call); /* gone, and waits no longer */
}

static void try_next(struct call *call) {
    servers_tell(call->asked, 0);
    dial_next(call);
}

static void send_question(struct call *call) {
    int sent = write_message(call, call->server, call->question, LENGTH + call->asked_size);
    if (sent < 0)
        try_next(call);
    if (sent <= 0)
        return;
    call->state = WAITS;
    call->done = 0;
    net_rewatch(call->server, NET_IN, NET_CALLEE, (u32)(call - calls), call->generation);
}

static void hear_answer(struct call *call) {
    u8 *message = call->answer + LENGTH;
    int got = read_message(call, call->server, call->answer, sizeof call->answer);
    if (got == 0)
        return;
    if (got < 0 || !dns_is_reply(message, (u32)got, call->id, call->question + LENGTH, call->end)) {
        try_next(call);
        return;
    }
    servers_tell(call->asked, 1);
    dns_put_u16(message, call->client_id);
    begin_answer(call, (u32)got);
}

void dns_call_event(u32 index, u32 generation, int of_server) {
    struct call *call = &calls[index];
    if (!call->used || call->generation != generation)
        return;
    if (!of_server)
        talk_to_caller(call);
    else if (call->state == ASKS)
        send_question(call);
    else if (call->state == WAITS)
        hear_answer(call);
}

void dns_accept(void) {
    for (u32 i = 0; i < MAX_CALLS; i++) {
        struct call *call = &calls[i];
        if (call->used)
            continue;
        int fd = (int)SYS(accept4, net.calls, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        call->fd = fd;
        call->server = -1;
        call->used = 1;
        call->state = LISTENS;
        call->done = 0;
        call->deadline = net.now + IDLE;
        if (net_watch(fd, NET_IN, NET_CALLER, i, call->generation) < 0)
            end_call(call);
    }
    paused = 1;
    net_rewatch(net.calls, 0, NET_CALLS, 0, 0);
}

int dns_call_tick(void) {
    int used = 0;
    for (u32 i = 0; i < MAX_CALLS; i++) {
        struct call *call = &calls[i];
        int is_late = call->used && net.now >= call->deadline;
        if (is_late && (call->state == ASKS || call->state == WAITS))
            try_next(call);
        else if (is_late)
            end_call(call);
        used += call->used;
    }
    if (paused && used < MAX_CALLS) {
        paused = 0;
        net_rewatch(net.calls, NET_IN, NET_CALLS, 0, 0);
    }
    return used > 0;
}
