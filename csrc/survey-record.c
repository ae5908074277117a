/* What every part of a survey does: it reads small files, and writes records. */
#include "survey.h"
#include "sys.h"
#include <linux/fcntl.h>

void *survey_record(struct worker *worker, u32 tag, u64 size) {
    struct survey_part *part = worker->part;
    u64 whole = (size + 7) & ~7UL;
    if (part->used + whole > part->size) {
        worker->full = 1;
        return 0;
    }
    u32 *record = (u32 *)(part->bytes + part->used);
    part->used += whole;
    record[0] = (u32)whole;
    record[1] = tag;
    return record;
}

long survey_read(int dir, const char *path, char *text, u64 size) {
    long fd = SYS(openat, dir, path, O_RDONLY | O_CLOEXEC), got = fd;
    if (fd >= 0) {
        /* What is written for one reader comes in one piece. */
        got = SYS(read, fd, text, size - 1);
        SYS(close, fd);
    }
    text[got > 0 ? got : 0] = 0;
    return got;
}
