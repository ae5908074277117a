/*
 * careless DIRECTORY TREE COMMAND…: a container launcher with the usual faults. It has the host's "/" open as
 * descriptor 7 until the command is executed, goes to DIRECTORY (stays where it is where that is "") after
 * chroot(2) without a look at it, and shows the command its own process.
 */
#include "outside.h"

int main(int argc, char **argv) {
    (void)argc;
    if (dup3(open("/", O_RDONLY | O_CLOEXEC), 7, O_CLOEXEC) < 0 || chroot(argv[2]) < 0)
        held(argv[2]);
    if (*argv[1] && chdir(argv[1]) < 0)
        held(argv[1]);
    return run(argv + 3);
}
