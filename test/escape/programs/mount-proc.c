/*
 * mount-proc PATH TEXT: mounts /proc once more, a new one or this one without what lies over it, and writes
 * TEXT to PATH in it.
 */
#include "way.h"

static int attempt(const char *path, const char *text) {
    char full[4096];
    snprintf(full, sizeof full, "/tmp/%s", path);
    int fd = open(full, O_WRONLY);
    return fd >= 0 && write(fd, text, strlen(text)) > 0;
}

int main(int argc, char **argv) {
    (void)argc;
    if (mount("proc", "/tmp", "proc", 0, 0) < 0)
        perror("mount");
    else if (attempt(argv[1], argv[2]))
        return 0;
    if (mount("/proc", "/tmp", 0, MS_BIND, 0) < 0)
        perror("mount");
    else if (attempt(argv[1], argv[2]))
        return 0;
    held(argv[1]);
}
