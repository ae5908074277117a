/*
 * regain: gets every capability back in a user namespace of its own, by one of three calls, mounts the cgroup
 * tree with them, and makes a cgroup in it.
 */
#include "way.h"
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#define NAMESPACES (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWCGROUP)

static void put(const char *path, const char *text) {
    int fd = open(path, O_WRONLY);
    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        held(path);
    close(fd);
}

/* Whether we are in new namespaces: this process, or a child that goes on in its place. */
static int separated(void) {
    if (unshare(NAMESPACES) == 0)
        return 1;
    perror("unshare");
    struct clone_args args = {.flags = NAMESPACES, .exit_signal = SIGCHLD};
    long child = syscall(SYS_clone, (long)NAMESPACES | SIGCHLD, 0L, 0L, 0L, 0L);
    if (child < 0) {
        perror("clone");
        child = syscall(SYS_clone3, &args, sizeof args);
    }
    if (child < 0)
        perror("clone3");
    if (child > 0) {
        waitpid(child, 0, 0);
        _exit(0);
    }
    return child == 0;
}

int main(void) {
    char map[32];
    snprintf(map, sizeof map, "0 %d 1", geteuid());
    if (!separated())
        held("a user namespace");
    put("/proc/self/uid_map", map);
    if (mount("cgroup2", "/tmp", "cgroup2", 0, 0) < 0)
        held("mount");
    if (mkdir("/tmp/hit", 0700) < 0)
        held("mkdir");
    return 0;
}
