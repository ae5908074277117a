/* Damaged plans, the same ones for the same seed. */
#ifndef NSBOX_MUTATE_H
#define NSBOX_MUTATE_H

#include <stddef.h>

struct bytes {
    char *data;
    size_t size;
};

/* Sets the seed. */
void mutate_seed(unsigned long seed);

/* A whole number from 0 to below `limit`. */
size_t mutate_pick(size_t limit);

/* A new copy of `plan` (whose memory ends where it ends), damaged in up to three ways; `other` is spliced in.
 */
struct bytes mutate(struct bytes plan, struct bytes other);

#endif
