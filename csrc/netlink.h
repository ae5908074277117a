/* Messages of src/net, sent. See netlink(7). */
#ifndef NSBOX_NETLINK_H
#define NSBOX_NETLINK_H

#include "types.h"

/* What the patch "device" stands for. */
extern s32 netlink_device;

/* Sends messages in base64, and waits until each is answered. Returns 0 or the first error. */
long netlink_send(u32 protocol, const char *messages, const char *patches);
/* The same by an open socket, and so in the network that it belongs to. */
long netlink_send_by(int fd, u32 protocol, const char *messages, const char *patches);

/* The number of a device in the network of the socket, or a negative errno. */
long netlink_index(int fd, const char *name);

#endif
