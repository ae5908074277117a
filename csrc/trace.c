/*
 * A filter that announces system calls before they are made, to a process outside that looks at their
 * arguments and lets them go on. Nothing more is called here that it could announce: whoever listens has to
 * have the listener first. See seccomp_unotify(2).
 */
#include "box.h"
#include "filter.h"
#include "handover.h"
#include "sys.h"
#include <linux/prctl.h>
#include <linux/seccomp.h>

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

/* The descriptor of the listener goes for this slot, which the other side does not look at. */
#define SLOT_LISTENER 0

long op_trace(const struct args_trace *args) {
    /* A call that was announced is not made anew after each signal (Linux 5.19). */
    u64 flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
    long listener = filter_load(args->program, flags | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
    if (listener == -EINVAL)
        listener = filter_load(args->program, flags);
    if (listener < 0)
        return listener;
    long error = handover_send((int)args->socket, SLOT_LISTENER, (int)listener);
    SYS(close, listener);
    SYS(close, args->socket);
    /* The first call is the exec to come, whose path stands in memory that only root reads so far. The
     * listener is the caller, and nobody else is in here yet. */
    SYS(prctl, PR_SET_DUMPABLE, 1);
    return error;
}
