/*
 * terminal FOLDER COMMAND…: a terminal whose session the command runs in, as a shell's. What is left to be
 * read from it afterwards, the shell would execute: then FOLDER/hit is made.
 */
#include "outside.h"
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>

int main(int argc, char **argv) {
    (void)argc;
    char path[4096];
    setsid(); /* fails only for a leader of its process group, whose child then is none */
    if (getsid(0) != getpid()) {
        pid_t child = fork();
        if (child > 0) {
            int status;
            waitpid(child, &status, 0);
            return WEXITSTATUS(status);
        }
        setsid();
    }
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
        held("posix_openpt");
    int terminal = open(ptsname(master), O_RDWR);
    if (terminal < 0 || ioctl(terminal, TIOCSCTTY, 0) < 0)
        held("TIOCSCTTY");
    dup2(terminal, 0);
    close(terminal);
    int status = run(argv + 2);
    struct pollfd input = {0, POLLIN, 0};
    if (poll(&input, 1, 0) == 1 && input.revents & POLLIN) {
        snprintf(path, sizeof path, "%s/hit", argv[1]);
        record_hit(path);
    }
    return status;
}
