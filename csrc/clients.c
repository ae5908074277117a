/* The supervisor's side of the control socket: who is attached, what they type, what they are owed. */
#include "clients.h"
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
    u8 first;  /* was there from the beginning: the end of its input is that of the command's */
    u8 closed; /* gone: the place is free */
};

static struct one clients[MAX_CLIENTS];
static u32 count;
static int listener = -1, feed = -1;

/* What somebody typed and the command has not read yet. */
static struct {
    char bytes[MESSAGE_SIZE];
    u32 length, done;
    int of; /* the client's descriptor, 0 for none: all of ours are above 2 */
} input;

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

static struct one *add(int fd, u8 attached) {
    u32 at = 0;
    while (at < count && !clients[at].closed)
        at++;
    if (at == MAX_CLIENTS) {
        SYS(close, fd);
        return 0;
    }
    clients[at] = (struct one){.fd = fd, .attached = attached};
    if (at == count)
        count++;
    return clients + at;
}

void clients_first(int fd) {
    add(fd, 1)->first = 1;
}

void clients_feed(int fd) {
    if (feed >= 0 && feed != fd)
        SYS(close, feed);
    feed = fd;
    if (input.of > 0 && fd < 0)
        input.done = input.length;
}

static void drop(struct one *client) {
    SYS(close, client->fd);
    client->closed = 1;
    client->owed = 0;
}

/* Messages are whole or not there: the socket is one of packets. */
static void send_to(struct one *client) {
    long sent = SYS(sendto, client->fd, &sending, sending_size, MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0);
    client->owed = sent == -EAGAIN;
    if (sent < 0 && sent != -EAGAIN)
        drop(client);
}

void clients_send(enum message kind, const void *bytes, u64 size) {
    sending.kind = (char)kind;
    memcpy(sending.bytes, bytes, size);
    sending_size = 1 + size;
    for (u32 i = 0; i < count; i++)
        if (!clients[i].closed && clients[i].attached)
            send_to(clients + i);
}

int clients_lag(void) {
    for (u32 i = 0; i < count; i++)
        if (clients[i].owed)
            return 1;
    return 0;
}

/* Its input has been taken: it may send more. */
static void thank(void) {
    char kind = HEARS_TAKEN;
    SYS(sendto, input.of, &kind, 1, MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0);
    input.of = 0;
}

static void write_input(void) {
    long written = SYS(write, feed, input.bytes + input.done, input.length - input.done);
    if (written == -EAGAIN || written == -EINTR)
        return;
    if (written < 0)
        clients_feed(-1); /* nobody reads it any more */
    else
        input.done += (u32)written;
    if (input.done == input.length)
        thank();
}

/* The key that ends the input of a terminal; of a pipe its end. */
static void end_input(const struct one *client) {
    struct modes modes;
    if (SYS(ioctl, feed, TCGETS, &modes) == 0) {
        if (modes.local & ICANON)
            SYS(write, feed, &modes.keys[VEOF], 1);
    } else if (client->first)
        clients_feed(-1); /* others come and go, and the input stays open for the next */
}

static void take(struct one *client, struct wishes *wishes) {
    static struct parcel parcel;
    /* Two who type at once: the second waits until what the first typed has been read. */
    if (input.of > 0 && input.of != client->fd &&
        SYS(recvfrom, client->fd, &parcel.kind, 1, MSG_DONTWAIT | MSG_PEEK) == 1 && parcel.kind == SAYS_INPUT)
        return;
    long length = SYS(recvfrom, client->fd, &parcel, sizeof parcel, MSG_DONTWAIT);
    if (length == -EAGAIN || length == -EINTR)
        return;
    if (length <= 0) {
        if (input.of == client->fd)
            input.of = 0, input.done = input.length;
        drop(client);
        return;
    }
    u64 size = (u64)length - 1;
    if (parcel.kind == SAYS_ATTACH)
        client->attached = 1;
    else if (parcel.kind == SAYS_SIGNAL && size == 1 && parcel.bytes[0] > 0 && parcel.bytes[0] <= MAX_SIGNALS)
        wishes->signal = parcel.bytes[0];
    else if (parcel.kind == SAYS_WINDOW && size == sizeof wishes->window) {
        memcpy(&wishes->window, parcel.bytes, sizeof wishes->window);
        wishes->resize = 1;
    } else if (parcel.kind == SAYS_END)
        end_input(client);
    else if (parcel.kind == SAYS_INPUT) {
        memcpy(input.bytes, parcel.bytes, size);
        input.length = (u32)size;
        input.done = 0;
        input.of = client->fd;
        if (feed < 0 || size == 0) {
            input.done = input.length;
            thank();
        }
    }
}

u32 clients_wants(struct pollfd *polls) {
    u32 at = 0;
    polls[at++] = (struct pollfd){.fd = listener, .events = POLLIN};
    polls[at++] = (struct pollfd){.fd = input.of > 0 ? feed : -1, .events = POLLOUT};
    for (u32 i = 0; i < count; i++) {
        short events = clients[i].owed ? POLLOUT : 0;
        if (input.of == 0 || input.of == clients[i].fd)
            events |= POLLIN;
        polls[at++] = (struct pollfd){.fd = clients[i].closed ? -1 : clients[i].fd, .events = events};
    }
    return at;
}

struct wishes clients_serve(const struct pollfd *polls, u32 polled) {
    struct wishes wishes = {0};
    for (u32 i = 0; i + 2 < polled; i++) {
        if (clients[i].closed)
            continue;
        if (polls[i + 2].revents & POLLOUT)
            send_to(clients + i);
        if (!clients[i].closed && polls[i + 2].revents & (POLLIN | POLLHUP | POLLERR))
            take(clients + i, &wishes);
    }
    if (polls[1].revents && feed >= 0 && input.of > 0)
        write_input();
    if (polls[0].revents) {
        int fd = (int)SYS(accept4, listener, 0, 0, O_CLOEXEC);
        if (fd >= 0)
            add(fd, 0);
    }
    return wishes;
}
