/*
 * signal PID: sends SIGUSR1 to a process, by kill(2) and as the owner of a pipe that can be read (F_SETOWN);
 * 0 is everybody in the process group but us.
 */
#include "way.h"
#include <signal.h>

int main(int argc, char **argv) {
    (void)argc;
    int ends[2], pid = atoi(argv[1]);
    signal(SIGUSR1, SIG_IGN);
    if (kill(pid, SIGUSR1) == 0)
        return 0;
    perror("kill");
    if (pid == 0 || pipe(ends) < 0)
        return 1;
    if (fcntl(ends[0], F_SETOWN, pid) < 0 || fcntl(ends[0], F_SETSIG, SIGUSR1) < 0 ||
        fcntl(ends[0], F_SETFL, O_ASYNC) < 0)
        held("F_SETOWN");
    return write(ends[1], "", 1) != 1;
}
