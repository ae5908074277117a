/* steal-fd PID: takes a descriptor out of a process by pidfd_getfd(2), and reads from it. */
#include "way.h"

int main(int argc, char **argv) {
    (void)argc;
    int process = syscall(SYS_pidfd_open, atoi(argv[1]), 0);
    if (process < 0)
        held("pidfd_open");
    int stolen = syscall(SYS_pidfd_getfd, process, SECRET_FD, 0);
    if (stolen < 0)
        held("pidfd_getfd");
    lseek(stolen, 0, SEEK_SET);
    tell(stolen);
    return 0;
}
