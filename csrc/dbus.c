/* A connection to a bus or to systemd itself. See the D-Bus specification, "Authentication Protocol". */
#include "dbus.h"
#include "box.h"
#include "life.h"
#include "socket.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/poll.h>
#include <linux/time_types.h>
#include <linux/un.h>

#define SECOND 1000000000L
#define HEADER 16
#define MOST_FIELDS 8192

/* One message; of a longer one the rest is thrown away. */
static u8 input[65536] __attribute__((aligned(8)));

long dbus_send(int fd, const u8 *bytes, u64 size) {
    while (size > 0) {
        long sent = SYS(sendto, fd, bytes, size, MSG_NOSIGNAL, 0, 0);
        if (sent < 0)
            return sent;
        bytes += sent;
        size -= (u64)sent;
    }
    return 0;
}

/* Reads exactly `size` bytes. */
static long receive(int fd, s64 deadline, u8 *bytes, u64 size) {
    while (size > 0) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        s64 left = deadline - now();
        if (left <= 0)
            return -ETIMEDOUT;
        struct __kernel_timespec time = {left / SECOND, left % SECOND};
        long ready = SYS(ppoll, &wait, 1, &time, 0, 0);
        if (ready == 0)
            return -ETIMEDOUT;
        if (ready < 0)
            return ready;
        long length = SYS(recvfrom, fd, bytes, size, MSG_DONTWAIT, 0, 0);
        if (length == 0)
            return -ECONNRESET;
        if (length == -EAGAIN)
            continue;
        if (length < 0)
            return length;
        bytes += length;
        size -= (u64)length;
    }
    return 0;
}

/* EXTERNAL: the kernel tells the other side who we are, and we say the same. */
static long prove(int fd) {
    char line[128], digits[24];
    const char *end = line + sizeof line;
    text_append_number(digits, digits + sizeof digits, (u64)SYS(geteuid));
    line[0] = 0;
    char *at = text_append(line + 1, end, "AUTH EXTERNAL ");
    for (const char *digit = digits; *digit; digit++)
        at = text_append_hex(at, end, (u64)*digit);
    at = text_append(at, end, "\r\n");
    long error = dbus_send(fd, (const u8 *)line, (u64)(at - line));
    s64 deadline = now() + 10 * SECOND;
    u32 length = 0;
    for (; error == 0 && length < sizeof line - 1; length++) {
        error = receive(fd, deadline, (u8 *)line + length, 1);
        if (error == 0 && line[length] == '\n')
            break;
    }
    line[length] = 0;
    if (error == 0 && !text_begins(line, "OK "))
        error = -EACCES;
    return error == 0 ? dbus_send(fd, (const u8 *)"BEGIN\r\n", 7) : error;
}

int dbus_connect(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (text_length(path) >= sizeof address.sun_path)
        return -ENAMETOOLONG;
    text_append(address.sun_path, address.sun_path + sizeof address.sun_path, path);
    int fd = above_standard((int)SYS(socket, AF_UNIX, SOCK_STREAM | O_CLOEXEC, 0));
    if (fd < 0)
        return fd;
    long error = SYS(connect, fd, &address, sizeof address);
    if (error == 0)
        error = prove(fd);
    if (error == 0)
        return fd;
    SYS(close, fd);
    return (int)error;
}

static u32 number_at(const u8 *at) {
    u32 number;
    memcpy(&number, at, sizeof number);
    return number;
}

static u32 aligned(u32 at, u32 to) {
    return (at + to - 1) / to * to;
}

/* A string of the array that ends at `end`; 0 where it does not fit. `*at` is moved behind it. */
static const char *string_at(const u8 *bytes, u32 *at, u32 end) {
    u32 begin = aligned(*at, 4);
    if (begin > end || end - begin < 5 || number_at(bytes + begin) > end - begin - 5)
        return 0;
    u32 length = number_at(bytes + begin);
    if (bytes[begin + 4 + length] != 0)
        return 0;
    *at = begin + 4 + length + 1;
    return (const char *)bytes + begin + 4;
}

const char *dbus_text(const struct message *message, u32 *at) {
    const char *text = string_at(message->body, at, message->size);
    return text ? text : "";
}

/* The fields of the header: code, type of the value, value. All types that are defined are single letters. */
static int read_fields(struct message *message, u32 end) {
    enum { MEMBER = 3, ERROR_NAME = 4, REPLY_SERIAL = 5 };
    for (u32 at = HEADER; at < end;) {
        at = aligned(at, 8);
        if (at > end || end - at < 5 || input[at + 1] != 1 || input[at + 3] != 0)
            return 0;
        u8 code = input[at], type = input[at + 2];
        at += 4;
        if (type == 'u') {
            if (end - at < 4)
                return 0;
            if (code == REPLY_SERIAL)
                message->answers = number_at(input + at);
            at += 4;
        } else if (type == 'g') {
            at += (u32)input[at] + 2;
        } else {
            const char *text = type == 's' || type == 'o' ? string_at(input, &at, end) : 0;
            if (!text)
                return 0;
            if (code == MEMBER && message->type == DBUS_SIGNAL)
                message->member = text;
            if (code == ERROR_NAME)
                message->error = text;
        }
    }
    return 1;
}

long dbus_receive(int fd, s64 deadline, struct message *message) {
    long error = receive(fd, deadline, input, HEADER);
    if (error < 0)
        return error;
    u32 body = number_at(input + 4), fields = number_at(input + 12);
    if (input[0] != 'l' || fields > MOST_FIELDS)
        return -EPROTO;
    u32 begin = aligned(HEADER + fields, 8);
    error = receive(fd, deadline, input + HEADER, begin - HEADER);
    u32 room = sizeof input - begin, kept = body < room ? body : room;
    if (error == 0)
        error = receive(fd, deadline, input + begin, kept);
    static u8 rest[4096];
    for (u32 left = body - kept; error == 0 && left > 0;) {
        u32 size = left < sizeof rest ? left : sizeof rest;
        error = receive(fd, deadline, rest, size);
        left -= size;
    }
    *message =
        (struct message){.type = input[1], .member = "", .error = "", .body = input + begin, .size = kept};
    if (error < 0)
        return error;
    return read_fields(message, HEADER + fields) ? 0 : -EPROTO;
}
