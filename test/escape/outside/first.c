/*
 * first SECRET FOLDER COMMAND…: as PID 1 of the surrounding PID namespace keeps SECRET in every place that
 * /proc shows: environment, command line, memory, the name of a mapped file, a descriptor; FOLDER is its
 * working directory. On SIGUSR1, and if one of its limits changes, it makes FOLDER/hit. The command gets
 * nothing of that.
 */
#include "outside.h"
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>

static char hit[4096];

static void on_signal(int number) {
    (void)number;
    record_hit(hit);
}

int main(int argc, char **argv) {
    (void)argc;
    if (!getenv("KEPT")) {
        setenv("KEPT", argv[1], 1);
        execv("/proc/self/exe", argv);
        held("exec");
    }
    snprintf(hit, sizeof hit, "%s/hit", argv[2]);
    char *page = mmap(SECRET_ADDRESS, 4096, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    int file = memfd_create(argv[1], MFD_CLOEXEC);
    if (page == MAP_FAILED || file < 0 || chdir(argv[2]) < 0)
        held("the secret");
    strcpy(page, argv[1]);
    if (write(file, argv[1], strlen(argv[1])) < 0 || dup3(file, SECRET_FD, O_CLOEXEC) < 0)
        held("the descriptor");
    mmap(0, 4096, PROT_READ, MAP_SHARED, file, 0);
    signal(SIGUSR1, on_signal);
    struct rlimit before, after;
    getrlimit(RLIMIT_MSGQUEUE, &before);
    pid_t child = fork();
    if (child == 0) {
        unsetenv("KEPT");
        if (chdir("/") == 0)
            become(argv + 3);
    }
    int status;
    for (pid_t ended; (ended = waitpid(-1, &status, 0)) != child;)
        if (ended < 0 && errno != EINTR)
            held("wait");
    getrlimit(RLIMIT_MSGQUEUE, &after);
    if (after.rlim_cur != before.rlim_cur)
        record_hit(hit);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
