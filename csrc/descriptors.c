/* Descriptors that nobody is to inherit. */
#include "box.h"
#include "sys.h"

void close_all_but(const int *keep, u32 count) {
    for (s64 from = 3, next; from >= 0; from = next < 0 ? -1 : next + 1) {
        next = -1;
        for (u32 i = 0; i < count; i++)
            if (keep[i] >= from && (next < 0 || keep[i] < next))
                next = keep[i];
        if (next != from)
            SYS(close_range, from, next < 0 ? ~0U : (u32)next - 1, 0);
    }
}
