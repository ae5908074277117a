/* The connection to a server, for a question that came by TCP. */
#include "dns-call.h"
#include "net.h"
#include "socket.h"
#include "sys.h"

void call_hang_up(struct call *call) {
    if (call->server >= 0)
        SYS(close, call->server);
    call->server = -1;
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

void call_dial_next(struct call *call) {
    struct net_address servers[DNS_MOST_SERVERS];
    u32 among = servers_read(servers);
    for (;;) {
        call_hang_up(call);
        u32 next = servers_next(among, call->tried);
        if (next == DNS_MOST_SERVERS) {
            call_refuse(call, DNS_SERVFAIL);
            return;
        }
        call->tried |= 1U << next;
        call->asked = (u8)next;
        if (dial(call, &servers[next]) >= 0)
            return;
        servers_tell(next, 0);
    }
}

void call_try_next(struct call *call) {
    servers_tell(call->asked, 0);
    call_dial_next(call);
}

static void send_question(struct call *call) {
    int sent = call_write(call, call->server, call->question, LENGTH + call->asked_size);
    if (sent < 0)
        call_try_next(call);
    if (sent <= 0)
        return;
    call->state = WAITS;
    call->done = 0;
    net_rewatch(call->server, NET_IN, NET_CALLEE, (u32)(call - calls), call->generation);
}

static void hear_answer(struct call *call) {
    u8 *message = call->answer + LENGTH;
    int got = call_read(call, call->server, call->answer, sizeof call->answer);
    if (got == 0)
        return;
    if (got < 0 || !dns_is_reply(message, (u32)got, call->id, call->question + LENGTH, call->end)) {
        call_try_next(call);
        return;
    }
    servers_tell(call->asked, 1);
    dns_put_u16(message, call->client_id);
    call_answer(call, (u32)got);
}

void call_server_event(struct call *call) {
    if (call->state == ASKS)
        send_question(call);
    else if (call->state == WAITS)
        hear_answer(call);
}
