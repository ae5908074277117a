/*
 * covered: a network namespace without a process, mounted on a file, and over it a file whose server never
 * answers. It ends with its input.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

static void must(int ok, const char *what) {
    if (!ok) {
        perror(what);
        exit(1);
    }
}

int main(void) {
    char options[64], byte;
    int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    int server = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    must(home >= 0 && server >= 0, "open");
    must(unshare(CLONE_NEWNS | CLONE_NEWNET) == 0, "unshare");
    must(mount(0, "/", 0, MS_REC | MS_PRIVATE, 0) == 0, "private");
    must(mount("covered", "/mnt", "tmpfs", 0, 0) == 0, "tmpfs");
    must(close(open("/mnt/net", O_CREAT | O_WRONLY, 0600)) == 0, "/mnt/net");
    must(mount("/proc/self/ns/net", "/mnt/net", 0, MS_BIND, 0) == 0, "bind");
    must(setns(home, CLONE_NEWNET) == 0, "setns");
    /* A file is its root. */
    snprintf(options, sizeof options, "fd=%d,rootmode=100000,user_id=0,group_id=0", server);
    must(mount("covers", "/mnt/net", "fuse", 0, options) == 0, "fuse");
    must(puts("ready") >= 0 && fflush(stdout) == 0, "stdout");
    while (read(0, &byte, 1) > 0)
        ;
    return 0;
}
