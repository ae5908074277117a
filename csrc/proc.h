/* Small files of the kernel's: those of /proc, of /sys and of cgroups. */
#ifndef NSBOX_PROC_H
#define NSBOX_PROC_H

#include "types.h"

/*
 * Reads the file at `path`, which may be below the directory `at`, by one read(2), and ends it with NUL.
 * Returns its length or a negative errno.
 */
long small_read(int at, const char *path, char *text, u64 size);
/* Writes `content` to it by one write(2). Returns 0 or a negative errno. */
long small_write(int at, const char *path, const char *content);

/* "/proc/PID/FILE" into `path`; PID 0 is "self". */
void proc_path(char *path, u64 size, s64 pid, const char *file);
/* Reads /proc/PID/FILE into `text` and ends it with NUL. Returns its length or a negative errno. */
long proc_read(s64 pid, const char *file, char *text, u64 size);
/* Writes `content` to /proc/PID/FILE by one write(2). Returns 0 or a negative errno. */
long proc_write(s64 pid, const char *file, const char *content);

#endif
