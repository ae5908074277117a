/* Devices of the host that are the container's for as long as it runs. */
#ifndef NSBOX_LEND_H
#define NSBOX_LEND_H

/* A netlink socket of the container's network, which the monitor enters for that, and comes back. */
int socket_there(void);

/* Takes them back, while their namespace is still held. Nothing where there are none. */
void lend_end(void);

#endif
