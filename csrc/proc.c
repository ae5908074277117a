#include "proc.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>

void proc_path(char *path, u64 size, s64 pid, const char *file) {
    const char *end = path + size;
    char *at = text_append(path, end, "/proc/");
    at = pid ? text_append_number(at, end, (u64)pid) : text_append(at, end, "self");
    text_append(text_append(at, end, "/"), end, file);
}

long proc_read(s64 pid, const char *file, char *text, u64 size) {
    char path[128];
    proc_path(path, sizeof path, pid, file);
    int fd = (int)SYS(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fd;
    long length = SYS(read, fd, text, size - 1);
    SYS(close, fd);
    text[length > 0 ? length : 0] = 0;
    return length;
}

long proc_write(s64 pid, const char *file, const char *content) {
    char path[128];
    proc_path(path, sizeof path, pid, file);
    int fd = (int)SYS(openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return fd;
    long length = (long)text_length(content);
    long written = SYS(write, fd, content, length);
    SYS(close, fd);
    return written == length ? 0 : written < 0 ? written : -EIO;
}
