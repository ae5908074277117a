/* The leases of the networks that a container is on, held in memory as long as they do not change. */
#ifndef NSBOX_DNS_LEASES_H
#define NSBOX_DNS_LEASES_H

#include "net-address.h"

/* One of them. `names` is a list of words: the host name first, then others. */
struct lease {
    struct net_address v4, v6; /* family 0 for none */
    const char *owner, *names, *network;
};

/* `networks`: the directory of their state; `owner`: who this container is. */
void leases_begin(const char *networks, const char *owner);

/* Reads them anew where something has changed. */
void leases_refresh(void);

/* The first lease behind `cursor`, which begins with 0; 0 where there is none. */
int leases_next(u32 *cursor, struct lease *lease);

/* 1 where the owner of the lease runs. */
int lease_is_alive(const struct lease *lease);

#endif
