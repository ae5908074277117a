/*
 * Addresses that are given out, each a file whose first line names its owner (src/runtime/networks); and
 * settings of the child's network.
 */
#include "lease.h"
#include "box.h"
#include "proc.h"
#include "sys.h"
#include "text.h"
#include "undo.h"
#include <linux/fcntl.h>

long lease_owned(const char *path, const char *owner) {
    char line[256];
    int file = (int)SYS(openat, AT_FDCWD, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return file;
    long length = SYS(read, file, line, sizeof line - 1);
    SYS(close, file);
    if (length < 0)
        return length;
    line[length] = 0;
    for (char *at = line; *at; at++)
        if (*at == '\n')
            *at = 0;
    return text_equal(line, owner);
}

static long write_new(const struct args_lease *args) {
    int file =
        (int)SYS(openat, AT_FDCWD, args->path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0)
        return file;
    u64 length = text_length(args->content);
    long written = SYS(write, file, args->content, length);
    SYS(close, file);
    if (written == (long)length)
        return 0;
    SYS(unlinkat, AT_FDCWD, args->path, 0);
    return written < 0 ? written : -ENOSPC;
}

/*
 * One that is there was taken when the run was planned, or in an earlier life. Another's is never noted: it
 * would be removed at the end.
 */
long op_lease(const struct args_lease *args) {
    for (;;) {
        long owned = lease_owned(args->path, args->owner);
        if (owned >= 0)
            return !owned ? -EADDRINUSE : args->keep ? 0 : undo_add("file", args->path);
        if (owned != -ENOENT || !args->keep)
            return owned;
        long error = write_new(args);
        if (error != -EEXIST)
            return error;
    }
}

/* A setting of the network namespace that this process is in; what the kernel has not is done without. */
long op_sysctl(const struct args_sysctl *args) {
    small_write(AT_FDCWD, args->path, args->value);
    return 0;
}
