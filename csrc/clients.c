/* The supervisor's side of the control socket: who is attached, what they type, what they are owed. */
#include "clients.h"
#include "life.h"
#include "socket.h"
#include "sys.h"
#include "terminal.h"
#include "text.h"
#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <linux/fcntl.h>
#include <linux/un.h>

struct one {
    int fd;
    u8 attached;
    u8 owed;   /* has not got what was sent last */
    u8 thanks; /* its input has been taken, and it has not got the word yet */
    u8 first;  /* was there from the beginning: the end of its input is that of the command's */
    u8 closed; /* gone: the place is free */
};

static struct one clients[MAX_CLIENTS];
static u32 count;
static int listener = -1, feed = NO_FEED;
static int end_waits;   /* the first has ended its input, and the command has no terminal yet */
static int input_ended; /* the first said so: no later life of the command has an input either */

/* What somebody typed and the command has not read yet. It goes on although who typed it has gone. */
static struct {
    char bytes[MESSAGE_SIZE];
    u32 length, done;
    struct one *of; /* who gets a word once it is read, if somebody still waits for that */
} input;

static int has_input(void) {
    return input.done < input.length;
}

static struct parcel sending;
static u64 sending_size;

long clients_listen(int directory) {
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
    int here = (int)SYS(openat, AT_FDCWD, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    listener = above_standard((int)SYS(socket, AF_UNIX, SOCK_SEQPACKET | O_CLOEXEC | O_NONBLOCK, 0));
    if (listener < 0)
        return listener;
    /* By a relative name: the whole path may be longer than an address can be. */
    long error = SYS(fchdir, directory);
    SYS(unlinkat, directory, "socket", 0);
    if (error == 0)
        error = SYS(bind, listener, &address, sizeof address);
    SYS(fchdir, here);
    SYS(close, here);
    return error < 0 ? error : SYS(listen, listener, MAX_CLIENTS);
}

/* The first place that is free; MAX_CLIENTS where none is. */
static u32 free_place(void) {
    u32 at = 0;
    while (at < count && !clients[at].closed)
        at++;
    return at;
}

static struct one *add(int fd, u8 attached) {
    u32 at = free_place();
    clients[at] = (struct one){.fd = fd, .attached = attached};
    if (at == count)
        count++;
    return clients + at;
}

void clients_first(int fd, int attached) {
    add(fd, (u8)attached)->first = 1;
}

static void drop(struct one *client) {
    SYS(close, client->fd);
    client->closed = 1;
    client->owed = client->thanks = 0;
    if (input.of == client)
        input.of = 0;
}

/* Its input has been taken: it may send more. A client that reads slowly gets the word later. */
static void thank(struct one *client) {
    char kind = HEARS_TAKEN;
    long sent = SYS(sendto, client->fd, &kind, 1, MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0);
    client->thanks = sent == -EAGAIN;
}

static void thank_typist(void) {
    struct one *of = input.of;
    input.of = 0;
    if (of)
        thank(of);
}

/* 1 where the input is a terminal. */
static int type_end_key(void) {
    struct modes modes;
    if (SYS(ioctl, feed, TCGETS, &modes) < 0)
        return 0;
    if (modes.local & ICANON)
        SYS(write, feed, &modes.keys[VEOF], 1);
    return 1;
}

void clients_feed(int fd) {
    if (feed >= 0 && feed != fd)
        SYS(close, feed);
    feed = fd;
    if (input_ended && fd >= 0) {
        SYS(close, fd);
        feed = NO_FEED;
    }
    if (feed >= 0 && end_waits) {
        end_waits = 0;
        type_end_key();
    }
    if (feed == NO_FEED) {
        input.done = input.length;
        thank_typist();
    }
}

/* Messages are whole or not there: the socket is one of packets. */
static void send_to(struct one *client) {
    long sent = SYS(sendto, client->fd, &sending, sending_size, MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0);
    client->owed = sent == -EAGAIN;
    if (sent < 0 && sent != -EAGAIN)
        drop(client);
}

/* The output is for those who attached; how the container does, also for who waits for its start, or its end.
 */
static int is_for(enum message kind, const struct one *client) {
    if (client->closed)
        return 0;
    return client->attached || kind == HEARS_EXITED || (kind == HEARS_FAILED && client->first);
}

void clients_send(enum message kind, const void *bytes, u64 size) {
    sending.kind = (char)kind;
    memcpy(sending.bytes, bytes, size);
    sending_size = 1 + size;
    for (u32 i = 0; i < count; i++)
        if (is_for(kind, clients + i))
            send_to(clients + i);
}

/* Not by clients_send: somebody may still be owed what was sent last. */
void clients_started(void) {
    char kind = HEARS_STARTED;
    for (u32 i = 0; i < count; i++)
        if (!clients[i].closed && clients[i].first && !clients[i].attached)
            SYS(sendto, clients[i].fd, &kind, 1, MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0);
}

int clients_lag(void) {
    for (u32 i = 0; i < count; i++)
        if (clients[i].owed)
            return 1;
    return 0;
}

static void write_input(void) {
    long written = SYS(write, feed, input.bytes + input.done, input.length - input.done);
    if (written == -EAGAIN || written == -EINTR)
        return;
    if (written < 0)
        clients_feed(NO_FEED); /* nobody reads it any more */
    else
        input.done += (u32)written;
    if (!has_input())
        thank_typist();
}

/* The key that ends the input of a terminal; of a pipe its end. */
static void end_input(const struct one *client) {
    if (feed == LATER_FEED)
        end_waits = client->first;
    else if (type_end_key())
        return;
    else if (client->first) {
        input_ended = 1; /* others come and go, and the input stays open for the next */
        clients_feed(NO_FEED);
    }
}

static void take(struct one *client, struct wishes *wishes) {
    static struct parcel parcel;
    long length = SYS(recvfrom, client->fd, &parcel, sizeof parcel, MSG_DONTWAIT);
    if (length == -EAGAIN || length == -EINTR)
        return;
    if (length <= 0) {
        drop(client);
        return;
    }
    u64 size = (u64)length - 1;
    if (parcel.kind == SAYS_ATTACH)
        client->attached = 1;
    else if (parcel.kind == SAYS_SIGNAL && size == 1 && parcel.bytes[0] > 0 && parcel.bytes[0] <= MAX_SIGNALS)
        wishes->signals |= BIT(parcel.bytes[0]);
    else if (parcel.kind == SAYS_WINDOW && size == sizeof wishes->window) {
        memcpy(&wishes->window, parcel.bytes, sizeof wishes->window);
        wishes->resize = 1;
    } else if (parcel.kind == SAYS_END)
        end_input(client);
    else if (parcel.kind == SAYS_INPUT) {
        memcpy(input.bytes, parcel.bytes, size);
        input.length = (u32)size;
        input.done = 0;
        input.of = client;
        if (feed == NO_FEED || size == 0) {
            input.done = input.length;
            thank_typist();
        }
    }
}

/*
 * Two who type at once: the second waits until what the first typed has been read. Of who waits only that it
 * takes what it is owed is of interest; poll(2) would tell of a hang-up again and again.
 */
static short events_of(const struct one *client) {
    short events = client->owed || client->thanks ? POLLOUT : 0;
    return !has_input() || input.of == client ? events | POLLIN : events;
}

u32 clients_wants(struct pollfd *polls) {
    u32 at = 0;
    polls[at++] = (struct pollfd){.fd = listener, .events = POLLIN};
    polls[at++] = (struct pollfd){.fd = has_input() ? feed : -1, .events = POLLOUT};
    for (u32 i = 0; i < count; i++) {
        short events = clients[i].closed ? 0 : events_of(clients + i);
        polls[at++] = (struct pollfd){.fd = events ? clients[i].fd : -1, .events = events};
    }
    return at;
}

void clients_accept(void) {
    for (int fd; (fd = (int)SYS(accept4, listener, 0, 0, O_CLOEXEC)) >= 0;) {
        char full = HEARS_FULL;
        if (free_place() == MAX_CLIENTS) {
            SYS(sendto, fd, &full, 1, MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0);
            SYS(close, fd);
        } else
            add(fd, 0);
    }
}

static void serve_one(struct one *client, s32 ready, struct wishes *wishes) {
    if (ready & POLLOUT && client->owed)
        send_to(client);
    if (ready & POLLOUT && !client->closed && !client->owed && client->thanks)
        thank(client);
    /* Another may have typed a moment ago. */
    if (!client->closed && ready & (POLLIN | POLLHUP | POLLERR) && events_of(client) & POLLIN)
        take(client, wishes);
}

struct wishes clients_serve(const struct pollfd *polls, u32 polled) {
    struct wishes wishes = {0};
    for (u32 i = 0; i + 2 < polled; i++)
        if (!clients[i].closed)
            serve_one(clients + i, polls[i + 2].revents, &wishes);
    if (polls[1].revents && feed >= 0 && has_input())
        write_input();
    if (polls[0].revents)
        clients_accept();
    return wishes;
}
