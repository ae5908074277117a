/* swap A B COMMAND…: lets two names change places all the while the command runs. */
#include "outside.h"
#include <signal.h>

int main(int argc, char **argv) {
    (void)argc;
    pid_t swapper = fork();
    while (swapper == 0) {
        renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE);
        usleep(10);
    }
    int status = run(argv + 3);
    kill(swapper, SIGKILL);
    waitpid(swapper, 0, 0);
    return status;
}
