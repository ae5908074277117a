/*
 * hoard COUNT: an ordinary user's user namespace, in which a mount namespace without a process is mounted
 * that many times, and another mount hides all of it. It ends with its input.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void must(int ok, const char *what) {
    if (!ok) {
        perror(what);
        exit(1);
    }
}

static void put(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    must(fd >= 0 && write(fd, text, strlen(text)) > 0 && close(fd) == 0, path);
}

int main(int argc, char **argv) {
    cpu_set_t here;
    int pipes[2], count = argc > 1 ? atoi(argv[1]) : 0;
    char path[64], byte;
    /* On one processor the kernel numbers mount namespaces in the order in which they are made: see
     * csrc/persist.c. One can be mounted only in what it takes for older. */
    CPU_ZERO(&here);
    CPU_SET(sched_getcpu(), &here);
    must(sched_setaffinity(0, sizeof here, &here) == 0, "sched_setaffinity");
    must(setresgid(65534, 65534, 65534) == 0 && setresuid(65534, 65534, 65534) == 0, "setresuid");
    must(prctl(PR_SET_DUMPABLE, 1) == 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0, "unshare");
    put("/proc/self/setgroups", "deny");
    put("/proc/self/uid_map", "0 65534 1");
    put("/proc/self/gid_map", "0 65534 1");
    must(mount(0, "/", 0, MS_REC | MS_PRIVATE, 0) == 0, "private");
    must(mount("hoard", "/mnt", "tmpfs", 0, 0) == 0 && pipe(pipes) == 0, "tmpfs");
    pid_t child = fork();
    if (child == 0) {
        must(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && unshare(CLONE_NEWNS) == 0 &&
                 write(pipes[1], "", 1) == 1,
             "unshare");
        pause();
    }
    must(child > 0, "fork");
    must(read(pipes[0], &byte, 1) == 1, "child");
    for (int i = 0; i < count; i++) {
        char name[64];
        snprintf(name, sizeof name, "/mnt/%d", i);
        snprintf(path, sizeof path, "/proc/%d/ns/mnt", child);
        must(close(open(name, O_CREAT | O_WRONLY, 0600)) == 0, name);
        must(mount(path, name, 0, MS_BIND, 0) == 0, name);
    }
    must(mount("hides", "/mnt", "tmpfs", 0, 0) == 0, "tmpfs");
    must(kill(child, SIGKILL) == 0 && waitpid(child, 0, 0) == child, "kill");
    must(puts("ready") >= 0 && fflush(stdout) == 0, "stdout");
    while (read(0, &byte, 1) > 0)
        ;
    return 0;
}
