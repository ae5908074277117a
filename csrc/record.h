/* The record of mount points that runs made in a root filesystem and that are still to be removed. */
#ifndef NSBOX_RECORD_H
#define NSBOX_RECORD_H

#include "types.h"

/* As much as a record may hold. */
#define RECORD_SIZE 131072

/* Adds `path`. Returns 0 or a negative errno. */
long record_add(const char *path);
/* 1 where `path` is in the record. */
int record_has(const char *path);
/* Reads the record, NUL after each path, into `paths`. Returns its length, 0 where there is none. */
u64 record_read(char *paths, u64 size);
/* Removes the record, and its directory where it is empty now. */
void record_remove(void);

#endif
