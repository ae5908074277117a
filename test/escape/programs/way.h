/* What the programs that try to get out share. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <unistd.h>

/* Every secret begins so, and is this long. */
#define MARK "nsbox-secret-"
#define SECRET_LENGTH (sizeof MARK - 1 + 16)

/* Where the first process outside keeps its secret: an address that no program is loaded at. */
#define SECRET_ADDRESS ((void *)0x640000000)
/* And the number of its descriptor that leads to one. */
#define SECRET_FD 77

/* Says on standard error what was refused, and ends. */
static inline _Noreturn void held(const char *what) {
    fprintf(stderr, "held: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* Prints all that `fd` still gives. */
static inline void tell(int fd) {
    char buffer[4096];
    ssize_t length;
    while ((length = read(fd, buffer, sizeof buffer)) > 0)
        if (write(1, buffer, length) < 0)
            held("standard output");
}

/* Prints the file, relative to directory `fd`; returns whether it could be opened. */
static inline int tell_at(int fd, const char *path) {
    int file = openat(fd, path, O_RDONLY);
    if (file < 0)
        return 0;
    tell(file);
    close(file);
    return 1;
}

/* Prints every secret in `length` bytes at `memory`. */
static inline void search(const char *memory, size_t length) {
    const char *end = memory + length;
    while (memory < end && (memory = memmem(memory, end - memory, MARK, sizeof MARK - 1))) {
        if ((size_t)(end - memory) >= SECRET_LENGTH)
            printf("%.*s\n", (int)SECRET_LENGTH, memory);
        memory++;
    }
}

/* Directories where a file can be made inside: the image's own, and what is mounted over it. */
static const char *const PLACES[] = {".", "/dev", "/dev/shm", "/tmp", "/run", 0};
