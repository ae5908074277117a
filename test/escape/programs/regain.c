/*
 * regain: gets every capability back in a user namespace of its own, mounts the cgroup tree with them, and
 * makes a cgroup in it.
 */
#include "way.h"
#include <sched.h>

static void put(const char *path, const char *text) {
    int fd = open(path, O_WRONLY);
    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        held(path);
    close(fd);
}

int main(void) {
    char map[32];
    snprintf(map, sizeof map, "0 %d 1", geteuid());
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWCGROUP) < 0)
        held("unshare");
    put("/proc/self/uid_map", map);
    if (mount("cgroup2", "/tmp", "cgroup2", 0, 0) < 0)
        held("mount");
    if (mkdir("/tmp/hit", 0700) < 0)
        held("mkdir");
    return 0;
}
