/* Tasks on stacks of their own, without libc. */
#ifndef NSBOX_THREAD_H
#define NSBOX_THREAD_H

#include "types.h"

/*
 * clone(2): the child calls `entry`, which must not return, on the stack that ends at `top`. With
 * CLONE_CHILD_CLEARTID `cleared` becomes 0 when it ends. Returns its id or a negative errno.
 */
long thread_clone(u64 flags, void *top, u32 *cleared, void (*entry)(void *), void *argument);

/* Memory for a stack: its lowest address, or a negative errno. */
long thread_stack(u64 size);

#endif
