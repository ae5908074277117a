/* The record of mount points that runs made in a root filesystem and that are still to be removed. */
#ifndef NSBOX_RECORD_H
#define NSBOX_RECORD_H

#include "types.h"

/* As much as the records of one root filesystem may hold together. */
#define RECORD_SIZE 524288

/* Begins the line that says where the root filesystem is; all others are paths in it. */
#define RECORD_ROOT '='
/* A line of a record whose mount points a bound mount namespace needs: `nsbox gc` leaves them alone. */
#define RECORD_NEEDED "!"

/*
 * Names the two directories where records may stand. What is written goes to the first that is this user's
 * own, or can be made; what is read and removed is looked for in both.
 */
void record_in(const char *first, const char *second);
/* Adds `path`. Returns 0 or a negative errno. */
long record_add(const char *path);
/* Says in the record, if there is one, that its mount points are needed. */
void record_needed(void);
/* 1 where `path` is in the record. */
int record_has(const char *path);
/* Reads the records, NUL after each path, into `paths`. Returns their length, 0 where there is none. */
u64 record_read(char *paths, u64 size);
/* Removes the records, and their directories where they are empty now. */
void record_remove(void);

#endif
