/* Loading a system call filter that a plan carries. */
#ifndef NSBOX_FILTER_H
#define NSBOX_FILTER_H

#include "types.h"

/* Loads the BPF program in base64. Returns what seccomp(2) does: 0, with SECCOMP_FILTER_FLAG_NEW_LISTENER a
 * descriptor, or a negative errno. */
long filter_load(const char *program, u64 flags);

#endif
