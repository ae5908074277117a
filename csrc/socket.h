/* Numbers of socket(2), which the kernel's own headers keep for libc to tell. */
#ifndef NSBOX_SOCKET_H
#define NSBOX_SOCKET_H

#include "types.h"

#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define AF_NETLINK 16
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3
#define SOCK_SEQPACKET 5
#define SOCK_NONBLOCK 04000
#define SOCK_CLOEXEC 02000000
#define SOL_SOCKET 1
#define SCM_RIGHTS 1
#define MSG_PEEK 2
#define MSG_DONTWAIT 0x40
#define MSG_NOSIGNAL 0x4000
#define MSG_CMSG_CLOEXEC 0x40000000
#define SHUT_WR 1

/* Protocols and their options: ip(7), ipv6(7), tcp(7). */
#define SOL_IP 0
#define IP_PKTINFO 8
#define IP_FREEBIND 15
#define SOL_IPV6 41
#define IPV6_V6ONLY 26
#define IPV6_RECVPKTINFO 49
#define IPV6_PKTINFO 50
#define SOL_TCP 6
#define TCP_NODELAY 1

/* struct msghdr of recvmsg(2), with one part. */
struct socket_message {
    void *name;
    u32 name_size;
    struct socket_part {
        void *base;
        u64 length;
    } * parts;
    u64 part_count;
    void *control;
    u64 control_size;
    int flags;
};

#endif
