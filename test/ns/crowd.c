/*
 * crowd GROUPS MEMBERS: processes that do nothing, in groups; the first of each group makes namespaces of
 * seven kinds, in which the others are born. Says "ready" when all are there, and ends all with its input.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static void wait_for_end(void) {
    for (;;)
        pause();
}

static void group(int members, int ready) {
    signal(SIGTERM, SIG_DFL);
    int kinds = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP;
    if (unshare(kinds | CLONE_NEWPID) < 0)
        perror("unshare"), exit(1);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* other credentials would have cleared it */
    for (int i = 1; i < members; i++)
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            wait_for_end();
        }
    if (write(ready, ".", 1) != 1)
        exit(1);
    close(ready);
    wait_for_end();
}

int main(int argc, char **argv) {
    int ready[2], alive[2], groups = argc > 1 ? atoi(argv[1]) : 1, members = argc > 2 ? atoi(argv[2]) : 1;
    char byte;
    close_range(3, ~0U, 0);
    setpgid(0, 0);
    signal(SIGTERM, SIG_IGN);
    if (pipe(ready) < 0 || pipe(alive) < 0) /* the second is held by all of them */
        return 1;
    for (int i = 0; i < groups; i++)
        if (fork() == 0)
            group(members, ready[1]);
    close(ready[1]);
    close(alive[1]);
    for (int i = 0; i < groups; i++)
        if (read(ready[0], &byte, 1) != 1)
            return 1;
    puts("ready");
    fflush(stdout);
    while (read(0, &byte, 1) > 0)
        ;
    kill(-getpgrp(), SIGTERM);
    return (int)read(alive[0], &byte, 1);
}
