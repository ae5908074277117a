/* crash: asks for a core dump as large as it may, and crashes with a secret's place in memory. */
#include "way.h"
#include <signal.h>
#include <sys/resource.h>

int main(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_CORE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_CORE, &limit);
    fprintf(stderr, "core limit %lu\n", (unsigned long)limit.rlim_cur);
    pid_t child = fork(); /* as PID 1 it would survive */
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL);
        raise(SIGSEGV);
        _exit(1);
    }
    usleep(500000);
    return 0;
}
