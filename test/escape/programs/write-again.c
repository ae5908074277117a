/*
 * write-again DIRECTORY: makes a read-only mount writable, by mount(2) or mount_setattr(2), and if that is
 * refused once more with a user and a mount namespace of its own; then makes DIRECTORY/hit.
 */
#include "way.h"
#include <sched.h>

static int attempt(const char *directory) {
    char path[4096];
    struct mount_attr clear = {.attr_clr = MOUNT_ATTR_RDONLY};
    if (mount(0, directory, 0, MS_REMOUNT | MS_BIND, 0) < 0)
        perror("mount");
    if (syscall(SYS_mount_setattr, AT_FDCWD, directory, 0, &clear, sizeof clear) < 0)
        perror("mount_setattr");
    snprintf(path, sizeof path, "%s/hit", directory);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    return fd >= 0 && write(fd, "hit", 3) == 3;
}

int main(int argc, char **argv) {
    (void)argc;
    if (attempt(argv[1]))
        return 0;
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
        perror("unshare");
    else if (attempt(argv[1]))
        return 0;
    held(argv[1]);
}
