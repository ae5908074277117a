/* Ports that slirp4netns publishes: asked for through its socket, see slirp4netns(1). */
#include "box.h"
#include "socket.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/poll.h>
#include <linux/time_types.h>

#define PATIENCE 20 /* seconds until it answers */
#define SHUT_WR 1

/* One request: what slirp4netns answers has "error" in it, or all is well. */
static long ask(const char *path, const char *request, const char *end) {
    static char answer[1024];
    struct {
        u16 family;
        char path[108];
    } address = {.family = AF_UNIX};
    if (text_length(path) >= sizeof address.path)
        return -ENAMETOOLONG;
    text_append(address.path, address.path + sizeof address.path, path);
    int fd = (int)SYS(socket, AF_UNIX, SOCK_STREAM | O_CLOEXEC, 0);
    long error = fd < 0 ? fd : SYS(connect, fd, &address, sizeof address);
    if (error == 0)
        error = SYS(sendto, fd, request, end - request, MSG_NOSIGNAL, 0, 0);
    if (error >= 0)
        error = SYS(shutdown, fd, SHUT_WR);
    u64 length = 0;
    for (long got = 1; error == 0 && got > 0 && length < sizeof answer - 1; length += (u64)got) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        struct __kernel_timespec time = {.tv_sec = PATIENCE};
        got = SYS(ppoll, &wait, 1, &time, 0, 0) == 1
                  ? SYS(read, fd, answer + length, sizeof answer - 1 - length)
                  : -ETIMEDOUT;
        if (got < 0)
            error = got;
        if (got <= 0)
            break;
    }
    if (fd >= 0)
        SYS(close, fd);
    answer[length] = 0;
    for (const char *at = answer; *at && error == 0; at++)
        if (text_begins(at, "\"error\""))
            error = -EADDRINUSE;
    return error;
}

long op_ask_slirp(const struct args_ask_slirp *args) {
    long error = 0;
    for (const char *at = args->requests; *at && error == 0;) {
        const char *end = at;
        while (*end && *end != '\n')
            end++;
        error = ask(args->socket, at, end);
        at = end + (*end == '\n');
    }
    SYS(unlinkat, AT_FDCWD, args->socket, 0);
    return error;
}
