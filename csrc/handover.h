/* Descriptors that one process of ours hands to another. See unix(7), SCM_RIGHTS. */
#ifndef NSBOX_HANDOVER_H
#define NSBOX_HANDOVER_H

#include "types.h"

/* The slot of the pseudoterminal's master, which goes from the child to the monitor. */
#define SLOT_TERMINAL 0xffffU

/* Sends descriptor `fd`, for `slot`, through socket `channel`. Returns 0 or a negative errno. */
long handover_send(int channel, u32 slot, int fd);

/*
 * Takes one. Returns 1 and fills `slot` and `fd`; 0 for a message without one; or a negative errno, EPIPE
 * at the end of file.
 */
long handover_take(int channel, u32 *slot, int *fd);

/* The child's side: takes what is handed over until it is released. Returns 0, or less where it never is. */
long handover_wait(void);

#endif
