/*
 * storm [LIMIT]: in a PID namespace with no more PIDs than LIMIT, processes that come and go as fast as they
 * can. Each makes a UTS namespace, names itself by its id, and ends some milliseconds later: what has the
 * name of one and the namespace of another was put together from two processes. It ends with its input.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void one(void) {
    struct stat stat;
    char name[16];
    /* Ids are used again, by namespaces of any kind. */
    if (rand() % 2 && unshare(CLONE_NEWIPC) < 0)
        _exit(1);
    if (unshare(CLONE_NEWUTS) < 0)
        _exit(1);
    int fd = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
    fstat(fd, &stat);
    close(fd);
    snprintf(name, sizeof name, "u%lu", (unsigned long)stat.st_ino);
    prctl(PR_SET_NAME, name);
    usleep((useconds_t)(rand() % 4000));
    _exit(0);
}

static int rain(const char *limit) {
    struct pollfd input = {.fd = 0, .events = POLLIN};
    unsigned alive = 0;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "storm");
    if (mount("proc", "/proc", "proc", 0, 0) < 0)
        return 1;
    if (limit) {
        int file = open("/proc/sys/kernel/pid_max", O_WRONLY | O_CLOEXEC);
        if (file < 0 || write(file, limit, strlen(limit)) < 0)
            return perror("pid_max"), 1;
        close(file);
    }
    puts("ready");
    fflush(stdout);
    while (poll(&input, 1, 0) == 0) {
        srand((unsigned)alive++);
        if (fork() == 0)
            one();
        while (waitpid(-1, 0, WNOHANG) > 0)
            ;
        usleep(300);
    }
    return 0;
}

int main(int argc, char **argv) {
    if (unshare(CLONE_NEWPID | CLONE_NEWNS) < 0 || mount(0, "/", 0, MS_REC | MS_PRIVATE, 0) < 0)
        return perror("storm"), 1;
    int child = fork(), status = 0;
    if (child == 0)
        _exit(rain(argc > 1 ? argv[1] : 0));
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}
