/* Closing all descriptors but some. */
#include "box.h"
#include "sys.h"
#include <linux/resource.h>

#define NONE 0xffffffffUL

/* The lowest of those to be kept that is not below `from`. */
static u64 next_kept(const char *keep, const int *ours, u32 count, u64 from) {
    u64 next = NONE;
    for (u32 i = 0; i < count; i++)
        if (ours[i] >= 0 && (u64)ours[i] >= from && (u64)ours[i] < next)
            next = (u64)ours[i];
    for (const char *at = keep; *at; at += *at == ',') {
        u64 fd = 0;
        for (; *at && *at != ','; at++)
            fd = fd * 10 + (u64)(*at - '0');
        if (fd >= from && fd < next)
            next = fd;
    }
    return next;
}

/* Before close_range(2) there was (5.9): one by one, up to the hard limit, since /proc may be gone. */
static void close_one_by_one(u64 from, u64 to) {
    struct rlimit64 limit = {0};
    SYS(prlimit64, 0, RLIMIT_NOFILE, 0, &limit);
    for (u64 fd = from; fd <= to && fd < limit.rlim_max && fd < 1048576; fd++)
        SYS(close, fd);
}

void close_others(const char *keep, const int *ours, u32 count) {
    for (u64 from = 3, next; from < NONE; from = next + 1) {
        next = next_kept(keep, ours, count, from);
        u64 to = next == NONE ? NONE : next - 1;
        if (next != from && SYS(close_range, from, to, 0) == -ENOSYS)
            close_one_by_one(from, to);
    }
}
