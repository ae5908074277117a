/* Containers that are there already. */
#ifndef NSBOX_ENTER_H
#define NSBOX_ENTER_H

#include "types.h"

#define MAX_TARGETS 64

/* One of them, by one of its processes. */
struct target {
    int process; /* pidfd */
    int root;    /* its root, -1 where that is not wanted */
    int mounts;  /* its mount namespace, likewise */
};

extern struct target targets[MAX_TARGETS];
extern u32 target_count;

/* Takes away again what this run has mounted in containers. */
void detach_trees(void);

#endif
