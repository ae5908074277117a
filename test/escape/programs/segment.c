/* segment KEY: attaches the System V shared memory segment of that key and reads it. */
#include "way.h"
#include <sys/shm.h>

int main(int argc, char **argv) {
    (void)argc;
    int id = shmget(strtol(argv[1], 0, 0), 0, 0);
    if (id < 0)
        held("shmget");
    char *memory = shmat(id, 0, SHM_RDONLY);
    if (memory == (void *)-1)
        held("shmat");
    puts(memory);
    return 0;
}
