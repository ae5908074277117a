/* gcc emits calls to these four on its own, so a freestanding file has to bring them. */
#include "types.h"

void *memcpy(void *restrict to, const void *restrict from, u64 size);
void *memmove(void *to, const void *from, u64 size);
void *memset(void *to, int byte, u64 size);
int memcmp(const void *a, const void *b, u64 size);

void *memcpy(void *restrict to, const void *restrict from, u64 size) {
    u8 *t = to;
    const u8 *f = from;
    while (size--)
        *t++ = *f++;
    return to;
}

void *memmove(void *to, const void *from, u64 size) {
    u8 *t = to;
    const u8 *f = from;
    if (t < f)
        while (size--)
            *t++ = *f++;
    else
        while (size--)
            t[size] = f[size];
    return to;
}

void *memset(void *to, int byte, u64 size) {
    u8 *t = to;
    while (size--)
        *t++ = (u8)byte;
    return to;
}

int memcmp(const void *a, const void *b, u64 size) {
    const u8 *x = a, *y = b;
    for (; size; size--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}
