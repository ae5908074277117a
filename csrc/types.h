/* The words everything else is made of. */
#ifndef NSBOX_TYPES_H
#define NSBOX_TYPES_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef int s32;
typedef unsigned long u64;
typedef long s64;

_Static_assert(sizeof(void *) == 8 && sizeof(u64) == 8, "64-bit only");

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
