/* Limits that were changed since the container was made: src/runtime/limits/update.ts writes them down. */
#include "box.h"
#include "cgroup.h"
#include "sys.h"
#include <linux/fcntl.h>

static char text[16384];

static long write_value(const char *path, const char *value, const char *end) {
    int file = (int)SYS(openat, AT_FDCWD, path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0)
        return file;
    long written = SYS(write, file, value, end - value);
    SYS(close, file);
    return written < 0 ? written : 0;
}

/* All lines; the first error. They stay as they are. */
static long write_all(void) {
    long first = 0;
    for (char *line = text; *line;) {
        char *tab = line, *end;
        while (*tab && *tab != '\t' && *tab != '\n')
            tab++;
        for (end = tab; *end && *end != '\n';)
            end++;
        if (*tab == '\t') {
            *tab = 0;
            long error = write_value(line, tab + 1, end);
            *tab = '\t';
            if (first == 0)
                first = error;
        }
        line = *end ? end + 1 : end;
    }
    return first;
}

/* Twice: of two limits that bound each other either may have to come first. */
long op_cgroup_override(const struct args_cgroup_override *args) {
    long length = cgroup_read(args->file, text, sizeof text);
    if (length <= 0)
        return length == -ENOENT ? 0 : length;
    long error = write_all();
    return error < 0 ? write_all() : error;
}
