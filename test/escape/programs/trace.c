/* trace PID: attaches to a process by ptrace(2) and reads the secret word by word. */
#include "way.h"
#include <sys/ptrace.h>
#include <sys/wait.h>

int main(int argc, char **argv) {
    (void)argc;
    pid_t pid = atoi(argv[1]);
    if (ptrace(PTRACE_SEIZE, pid, 0, 0) < 0)
        held("PTRACE_SEIZE");
    ptrace(PTRACE_INTERRUPT, pid, 0, 0);
    waitpid(pid, 0, __WALL);
    long words[8] = {0};
    for (int i = 0; i < 7; i++)
        words[i] = ptrace(PTRACE_PEEKDATA, pid, (char *)SECRET_ADDRESS + i * sizeof(long), 0);
    ptrace(PTRACE_DETACH, pid, 0, 0);
    puts((char *)words);
    return 0;
}
