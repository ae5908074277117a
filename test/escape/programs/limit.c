/* limit PID: lowers a limit of a process, by prlimit(2). */
#include "way.h"
#include <sys/resource.h>

int main(int argc, char **argv) {
    (void)argc;
    struct rlimit limit;
    pid_t pid = atoi(argv[1]);
    if (prlimit(pid, RLIMIT_MSGQUEUE, 0, &limit) < 0)
        held("prlimit");
    limit.rlim_cur = 1;
    if (prlimit(pid, RLIMIT_MSGQUEUE, &limit, 0) < 0)
        held("prlimit");
    return 0;
}
