/* Messages that src/net has made, sent as they are. See netlink(7), rtnetlink(7). */
#include "base64.h"
#include "box.h"
#include "netlink.h"
#include "socket.h"
#include "sys.h"
#include "text.h"
#include "undo.h"
#include <linux/netlink.h>
#include <linux/sockios.h>

#define LARGEST 49152

static u8 bytes[LARGEST];
s32 netlink_device;

/* struct ifreq of netdevice(7), as this request uses it. */
struct index_request {
    char name[16];
    s32 index;
    u8 rest[20];
};

static long index_of(int fd, const char *name, const char *end) {
    struct index_request request = {0};
    for (u32 i = 0; name < end && i < sizeof request.name - 1; i++)
        request.name[i] = *name++;
    long error = SYS(ioctl, fd, SIOCGIFINDEX, &request);
    return error < 0 ? error : request.index;
}

/* What `what` stands for. */
static long patch_value(int fd, const char *what, const char *end) {
    if (text_begins(what, "pid"))
        return box.child;
    if (text_begins(what, "self"))
        return SYS(getpid);
    if (text_begins(what, "device"))
        return netlink_device;
    return text_begins(what, "index=") ? index_of(fd, what + 6, end) : -EINVAL;
}

/* "16:pid 40:index=eth0 60:self 80:device": numbers of 32 bits at these offsets. */
static long patch(int fd, const char *patches, long length) {
    for (const char *at = patches; *at;) {
        u64 offset = 0;
        for (; *at >= '0' && *at <= '9'; at++)
            offset = offset * 10 + (u64)(*at - '0');
        if (*at != ':' || (long)offset + 4 > length)
            return -EINVAL;
        const char *what = ++at;
        while (*at && *at != ' ')
            at++;
        long value = patch_value(fd, what, at);
        if (value < 0)
            return value;
        s32 number = (s32)value;
        memcpy(bytes + offset, &number, sizeof number);
        while (*at == ' ')
            at++;
    }
    return 0;
}

/* All that was sent has been answered by now: a netlink socket answers before sendto(2) returns. */
static long answers(int fd) {
    static u8 answer[8192] __attribute__((aligned(8)));
    long error = 0, length;
    while ((length = SYS(recvfrom, fd, answer, sizeof answer, MSG_DONTWAIT, 0, 0)) > 0)
        for (long at = 0; at + (long)sizeof(struct nlmsghdr) <= length;) {
            const struct nlmsghdr *header = (const void *)(answer + at);
            if (header->nlmsg_type == NLMSG_ERROR && error == 0)
                error = *(const s32 *)(header + 1);
            if (header->nlmsg_len < sizeof *header)
                break;
            at += NLMSG_ALIGN(header->nlmsg_len);
        }
    /* Where answers were lost nobody knows what they said. */
    return error || length == -EAGAIN ? error : length;
}

/* nftables takes a batch in one piece; of anything else the first failure is the last message. */
static long send_all(int fd, long length, int batch) {
    long error = 0;
    for (long at = 0; at < length && error == 0;) {
        long size = length - at;
        if (!batch) {
            const struct nlmsghdr *header = (const void *)(bytes + at);
            if (size < (long)sizeof *header || header->nlmsg_len < sizeof *header ||
                (long)NLMSG_ALIGN(header->nlmsg_len) > size)
                return -EINVAL;
            size = NLMSG_ALIGN(header->nlmsg_len);
        }
        long sent = SYS(sendto, fd, bytes + at, size, 0, 0, 0);
        error = sent < 0 ? sent : answers(fd);
        at += size;
    }
    return error;
}

long netlink_index(int fd, const char *name) {
    return index_of(fd, name, name + text_length(name));
}

long netlink_send_by(int fd, u32 protocol, const char *messages, const char *patches) {
    long length = base64_decode(messages, bytes, sizeof bytes);
    if (length <= 0)
        return length;
    long error = patch(fd, patches, length);
    if (error == 0)
        error = send_all(fd, length, protocol == NETLINK_NETFILTER);
    return error;
}

long netlink_send(u32 protocol, const char *messages, const char *patches) {
    int fd = (int)SYS(socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    if (fd < 0)
        return fd;
    long error = netlink_send_by(fd, protocol, messages, patches);
    SYS(close, fd);
    return error;
}

static long send_noted(u32 protocol, const char *messages, const char *patches, const char *undo) {
    static char line[UNDO_SIZE / 2];
    const char *end = line + sizeof line;
    long error = 0;
    if (*undo) {
        text_append(text_append(text_append_number(line, end, protocol), end, " "), end, undo);
        error = undo_add("netlink", line);
    }
    return error < 0 ? error : netlink_send(protocol, messages, patches);
}

long op_netlink_before(const struct args_netlink_before *args) {
    return send_noted((u32)args->protocol, args->messages, args->patches, args->undo);
}

long op_netlink_outside(const struct args_netlink_outside *args) {
    return send_noted((u32)args->protocol, args->messages, args->patches, args->undo);
}

long op_netlink_inside(const struct args_netlink_inside *args) {
    return netlink_send((u32)args->protocol, args->messages, args->patches);
}
