/* The state directory of a kept container; its files are described in docs/containers.md. */
#ifndef NSBOX_STATE_H
#define NSBOX_STATE_H

#include "box.h"

/* What the status file says. */
struct status {
    const char *state; /* created, running, restarting, exited */
    s32 monitor, pid;
    u64 started, ended; /* CLOCK_REALTIME in nanoseconds */
    s32 exit;           /* -1 for none yet */
    s32 signal;
    struct failure failure;
    u32 restarts;
    u32 oom; /* how many processes were killed for want of memory, in all lives */
};

extern struct status state;

/* CLOCK_REALTIME in nanoseconds. */
u64 realtime(void);

/* Opens `directory` and takes its lock, for as long as the supervisor or its monitor lives. 0 or a negative
 * errno.
 */
long state_open(const char *directory);

/* The directory. */
int state_directory(void);

/* Writes the status file anew. On a full disk over the old one. */
void state_write(void);

/* 1 where somebody wants it ended for good. */
int state_is_stopped(void);

/* 1 where there is a status, of an earlier supervisor. */
int state_is_kept(void);

/* Removes all of it, and the names in `names` that point to `id`. */
void state_remove(const char *directory, const char *names, const char *id);

/* Opens the log, to be rotated at `limit` bytes. Returns 0 or a negative errno. */
long log_open(int directory, u64 limit);

/* Writes what came on `stream` (1 or 2), one record a line. */
void log_write(int stream, const char *bytes, u64 size);

/* Nothing more comes: the last moment to tell what is missing. */
void log_end(void);

#endif
