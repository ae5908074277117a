#include "proc.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>

long small_read(int at, const char *path, char *text, u64 size) {
    int fd = (int)SYS(openat, at, path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return fd;
    long length = SYS(read, fd, text, size - 1);
    SYS(close, fd);
    text[length > 0 ? length : 0] = 0;
    return length;
}

long small_write(int at, const char *path, const char *content) {
    int fd = (int)SYS(openat, at, path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return fd;
    long length = (long)text_length(content), written = SYS(write, fd, content, length);
    SYS(close, fd);
    return written == length ? 0 : written < 0 ? written : -EIO;
}

void proc_path(char *path, u64 size, s64 pid, const char *file) {
    const char *end = path + size;
    char *at = text_append(path, end, "/proc/");
    at = pid ? text_append_number(at, end, (u64)pid) : text_append(at, end, "self");
    text_append(text_append(at, end, "/"), end, file);
}

long proc_read(s64 pid, const char *file, char *text, u64 size) {
    char path[128];
    proc_path(path, sizeof path, pid, file);
    return small_read(AT_FDCWD, path, text, size);
}

long proc_write(s64 pid, const char *file, const char *content) {
    char path[128];
    proc_path(path, sizeof path, pid, file);
    return small_write(AT_FDCWD, path, content);
}
