/*
 * What the programs share that plant a secret outside: each does so, runs a command line with every word "@"
 * replaced by what the secret is found by, and ends as the command does.
 */
#include "../programs/way.h"
#include <sys/wait.h>

/* Replaces every word "@". */
static inline void name_it(char **argv, const char *name) {
    for (; *argv; argv++)
        if (!strcmp(*argv, "@"))
            *argv = strdup(name);
}

/* Replaces this program by the command. */
static inline _Noreturn void become(char **argv) {
    execvp(argv[0], argv);
    perror(argv[0]);
    _exit(99);
}

/* Runs the command in a child and returns how it ended. */
static inline int run(char **argv) {
    pid_t child = fork();
    if (child == 0)
        become(argv);
    int status;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Makes the file that tells that something outside has changed. */
static inline void record_hit(const char *path) {
    close(open(path, O_WRONLY | O_CREAT, 0600));
}
