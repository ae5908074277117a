/* The monitor between the caller's descriptors and the command's own terminal. */
#ifndef NSBOX_RELAY_H
#define NSBOX_RELAY_H

#include "types.h"
#include <linux/poll.h>

#define RELAY_POLLS 2

/* Begins, with the master that the child handed over. The caller's terminal becomes raw. */
void relay_begin(int master);
/* 1 once it has begun. */
int relay_runs(void);
/* Fills the RELAY_POLLS entries of `polls`. */
void relay_wants(struct pollfd *polls);
/* Moves what poll(2) said can be moved. Returns 0 where nobody reads the output any more. */
int relay_move(const struct pollfd *polls);
/* The caller's terminal has another size, or is ours again after a stop. */
void relay_resize(void);
/* The command has ended: the rest of what it wrote goes out. */
void relay_finish(void);

#endif
