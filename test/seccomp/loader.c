/*
 * Loads a filter and makes system calls under it, each in a process of its own: `loader PROGRAM CALL...`.
 * PROGRAM is a file of struct sock_filter; CALL is "NUMBER[,ARGUMENT]..." or "i386:NUMBER". First comes a
 * line with the nanoseconds that loading took, then one for each call: "ok", "errno N" or "signal N".
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void load(const char *path) {
    static struct sock_filter instructions[4096];
    struct sock_fprog program = {0, instructions};
    struct timespec from, to;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        exit(2);
    program.len = (unsigned short)fread(instructions, sizeof *instructions, 4096, file);
    fclose(file);
    clock_gettime(CLOCK_MONOTONIC, &from);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) {
        printf("errno %d\n", errno);
        exit(1);
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    printf("%ld\n", (to.tv_sec - from.tv_sec) * 1000000000L + to.tv_nsec - from.tv_nsec);
}

static long make(char *call) {
#if defined(__x86_64__)
    if (strncmp(call, "i386:", 5) == 0) {
        long result;
        __asm__ volatile("int $0x80" : "=a"(result) : "a"(atol(call + 5)), "b"(0), "c"(0), "d"(0) : "memory");
        return result;
    }
#endif
    unsigned long words[7] = {0};
    size_t count = 0;
    for (char *word = strtok(call, ","); word != NULL && count < 7; word = strtok(NULL, ","))
        words[count++] = strtoul(word, NULL, 0);
    return syscall((long)words[0], words[1], words[2], words[3], words[4], words[5], words[6]);
}

int main(int count, char **words) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    load(words[1]);
    for (int index = 2; index < count; index++) {
        int status = 0;
        pid_t child = fork();
        if (child == 0)
            _exit(make(words[index]) < 0 ? errno : 0);
        if (child < 0 || waitpid(child, &status, 0) != child)
            return 2;
        if (WIFSIGNALED(status))
            printf("signal %d\n", WTERMSIG(status));
        else if (WEXITSTATUS(status) != 0)
            printf("errno %d\n", WEXITSTATUS(status));
        else
            puts("ok");
    }
    return 0;
}
