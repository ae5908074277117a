/* Ports of the host that lead into the container: their sockets are there before the command is. */
#include "box.h"
#include "net.h"
#include "socket.h"
#include "sys.h"
#include "text.h"
#include <asm/socket.h>

/* As many as the kernel lets wait (net.core.somaxconn). */
#define BACKLOG 65535

/* A kernel without this family, or a host without the address ::1. */
static int is_missing(long error) {
    return error == -EAFNOSUPPORT || error == -EADDRNOTAVAIL;
}

static long switch_on(int fd, int level, int option) {
    int on = 1;
    return SYS(setsockopt, fd, level, option, &on, sizeof on);
}

/* Which of its addresses a client asked is told with each datagram: the answer comes from that one. */
static long prepare(int fd, int datagrams, u16 family) {
    long error = 0;
    if (family == AF_INET6)
        error = switch_on(fd, SOL_IPV6, IPV6_V6ONLY);
    if (error == 0 && !datagrams)
        error = switch_on(fd, SOL_SOCKET, SO_REUSEADDR); /* connections of an earlier life may linger */
    if (error == 0 && datagrams)
        error = family == AF_INET6 ? switch_on(fd, SOL_IPV6, IPV6_RECVPKTINFO)
                                   : switch_on(fd, SOL_IP, IP_PKTINFO);
    return error;
}

static long listen_on(const struct net_address *address, int datagrams) {
    int type = (datagrams ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK;
    int fd = above_standard((int)SYS(socket, address->family, type, 0));
    long error = fd < 0 ? fd : prepare(fd, datagrams, address->family);
    if (error == 0)
        error = SYS(bind, fd, address, address_size(address));
    if (error == 0 && !datagrams)
        error = SYS(listen, fd, BACKLOG);
    if (error == 0)
        return fd;
    if (fd >= 0)
        SYS(close, fd);
    return error;
}

long op_publish(const struct args_publish *args) {
    struct net_address address;
    const char *end = args->address + text_length(args->address);
    if (address_parse(args->address, end, &address) < 0 || net.ports == MAX_PUBLISHED)
        return -EINVAL;
    address_set_port(&address, (u16)args->port);
    int datagrams = text_equal(args->protocol, "udp");
    long fd = listen_on(&address, datagrams);
    if (fd < 0)
        return args->optional && is_missing(fd) ? 0 : fd;
    net.published[net.ports++] = (struct published){.fd = (int)fd,
                                                    .datagrams = (u8)datagrams,
                                                    .prefer = address.family == AF_INET6,
                                                    .target = (u16)args->target,
                                                    .family = address.family};
    return 0;
}
