/* Addresses of IPv4 and IPv6, as the kernel takes them, and their text. */
#ifndef NSBOX_NET_ADDRESS_H
#define NSBOX_NET_ADDRESS_H

#include "types.h"

/* struct sockaddr_in and sockaddr_in6 of ip(7) and ipv6(7), one over the other. */
struct net_address {
    u16 family; /* 0 for none */
    u8 port[2];
    union {
        u8 v4[4];
        struct {
            u32 flow;
            u8 ip[16];
            u32 scope;
        } v6;
    };
};

_Static_assert(sizeof(struct net_address) == 28, "as the kernel has it");

/* How much of it the kernel is to read. */
u32 address_size(const struct net_address *address);
void address_set_port(struct net_address *address, u16 port);
/* 1 where both are the same address and port. */
int address_equal(const struct net_address *a, const struct net_address *b);
/* Reads "10.88.0.5" or "fd00::5", up to `end`. The port is 0. Returns 0, or -1 for anything else. */
int address_parse(const char *text, const char *end, struct net_address *address);

#endif
