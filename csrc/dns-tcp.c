/*
 * Questions by TCP, RFC 7766: each message behind its length. A caller has one question under way, and a
 * connection to the server for it; the next is read when the answer is out.
 */
#include "dns-call.h"
#include "net.h"
#include "socket.h"
#include "sys.h"
#include <asm/mman.h>

struct call calls[MAX_CALLS];

static int paused;  /* as many call as there is room for */
static int resting; /* nobody is listened to */

static void end_call(struct call *call) {
    call_hang_up(call);
    SYS(close, call->fd);
    call->used = 0;
    call->generation = net_next(call->generation);
    /* A long answer took pages that the next may not need. */
    SYS(madvise, (u64)(call->answer + 4095) & ~4095UL, 61440, MADV_DONTNEED);
}

void call_want(struct call *call, u32 events) {
    net_rewatch(call->fd, events, NET_CALLER, (u32)(call - calls), call->generation);
}

static void listen_again(struct call *call) {
    call->state = LISTENS;
    call->done = 0;
    call->deadline = net.now + IDLE;
    call_want(call, resting ? 0 : NET_IN);
}

void call_answer(struct call *call, u32 size) {
    call_hang_up(call);
    dns_put_u16(call->answer, size);
    call->state = ANSWERS;
    call->done = 0;
    call->size = size;
    call->deadline = net.now + IDLE;
    call_want(call, NET_OUT);
}

void call_refuse(struct call *call, enum dns_status status) {
    static struct dns_question question;
    dns_put_u16(call->question + LENGTH, call->client_id);
    dns_read(call->question + LENGTH, call->asked_size, &question);
    call_answer(call, dns_write(call->answer + LENGTH, call->question + LENGTH, &question, status, 0));
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
        call_refuse(call, (enum dns_status)status);
        return;
    }
    status = names_answer(&question, &answers);
    if (status < 0) {
        call_want(call, 0);
        call_dial_next(call);
        return;
    }
    call_answer(call,
                dns_write(call->answer + LENGTH, message, &question, (enum dns_status)status, &answers));
}

int call_read(struct call *call, int fd, u8 *to, u32 most) {
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

int call_write(struct call *call, int fd, const u8 *from, u32 size) {
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
        int got = call_read(call, call->fd, call->question, sizeof call->question);
        if (got < 0)
            end_call(call);
        else if (got)
            take_question(call, (u32)got);
    } else if (call->state == ANSWERS) {
        int sent = call_write(call, call->fd, call->answer, LENGTH + call->size);
        if (sent < 0)
            end_call(call);
        else if (sent)
            listen_again(call);
    } else
        end_call(call); /* gone, and waits no longer */
}

void dns_call_event(u32 index, u32 generation, int of_server) {
    struct call *call = &calls[index];
    if (!call->used || call->generation != generation)
        return;
    if (!of_server)
        talk_to_caller(call);
    else
        call_server_event(call);
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
            call_try_next(call);
        else if (is_late)
            end_call(call);
        used += call->used;
    }
    if (paused && !resting && used < MAX_CALLS) {
        paused = 0;
        net_rewatch(net.calls, NET_IN, NET_CALLS, 0, 0);
    }
    return used > 0;
}

void dns_call_listen(int on) {
    resting = !on;
    if (net.calls >= 0 && !paused)
        net_rewatch(net.calls, on ? NET_IN : 0, NET_CALLS, 0, 0);
    for (u32 i = 0; i < MAX_CALLS; i++)
        if (calls[i].used && calls[i].state == LISTENS)
            call_want(&calls[i], on ? NET_IN : 0);
}
