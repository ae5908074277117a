/* As much of D-Bus as one call and its answers need. The messages themselves are made by src/sys/dbus.ts. */
#ifndef NSBOX_DBUS_H
#define NSBOX_DBUS_H

#include "types.h"

enum { DBUS_RETURN = 2, DBUS_ERROR = 3, DBUS_SIGNAL = 4 };

/* A message that came. What it points to is good until the next one. */
struct message {
    u8 type;
    u32 answers;        /* the serial number of the call that it answers, 0 for none */
    const char *member; /* of a signal, else "" */
    const char *error;  /* its name, else "" */
    const u8 *body;
    u32 size;
};

/* Connects to the socket `path` and proves who we are. Returns a descriptor or a negative errno. */
int dbus_connect(const char *path);

/* Sends all of it. Returns 0 or a negative errno. */
long dbus_send(int fd, const u8 *bytes, u64 size);

/* Waits for the next message, until `deadline` of CLOCK_MONOTONIC in nanoseconds. 0 or a negative errno. */
long dbus_receive(int fd, s64 deadline, struct message *message);

/* The string or object path at `*at` of the body, which `*at` is moved behind; "" where there is none. */
const char *dbus_text(const struct message *message, u32 *at);

#endif
