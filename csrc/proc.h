/* Small files under /proc. */
#ifndef NSBOX_PROC_H
#define NSBOX_PROC_H

#include "types.h"

/* "/proc/PID/FILE" into `path`; PID 0 is "self". */
void proc_path(char *path, u64 size, s64 pid, const char *file);
/* Reads /proc/PID/FILE into `text` and ends it with NUL. Returns its length or a negative errno. */
long proc_read(s64 pid, const char *file, char *text, u64 size);
/* Writes `content` to /proc/PID/FILE by one write(2). Returns 0 or a negative errno. */
long proc_write(s64 pid, const char *file, const char *content);

#endif
