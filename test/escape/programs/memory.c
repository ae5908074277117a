/* memory PID: searches the memory of a process for secrets, through /proc/PID/maps and /proc/PID/mem. */
#include "way.h"

int main(int argc, char **argv) {
    (void)argc;
    char path[64], line[4096];
    snprintf(path, sizeof path, "/proc/%s/mem", argv[1]);
    int memory = open(path, O_RDONLY);
    if (memory < 0)
        held(path);
    snprintf(path, sizeof path, "/proc/%s/maps", argv[1]);
    FILE *maps = fopen(path, "r");
    if (!maps)
        held(path);
    while (fgets(line, sizeof line, maps)) {
        unsigned long from, to;
        if (sscanf(line, "%lx-%lx rw", &from, &to) != 2 || to - from > 1 << 26)
            continue;
        char *copy = malloc(to - from);
        ssize_t length = pread(memory, copy, to - from, from);
        if (length > 0)
            search(copy, length);
        free(copy);
    }
    return 0;
}
