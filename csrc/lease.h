/* Addresses that are given out. */
#ifndef NSBOX_LEASE_H
#define NSBOX_LEASE_H

/* 1 where the file at `path` begins with the line `owner`, 0 where it is another's, or a negative errno. */
long lease_owned(const char *path, const char *owner);

#endif
