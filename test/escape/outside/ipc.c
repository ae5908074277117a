/* ipc segment|queue SECRET COMMAND…: a System V shared memory segment or a POSIX message queue. */
#include "outside.h"
#include <mqueue.h>
#include <sys/shm.h>

int main(int argc, char **argv) {
    (void)argc;
    char name[64];
    int status;
    if (argv[1][0] == 's') {
        key_t key = 0x6e730000 | getpid();
        int id = shmget(key, 4096, IPC_CREAT | IPC_EXCL | 0600);
        char *memory = id < 0 ? (void *)-1 : shmat(id, 0, 0);
        if (memory == (void *)-1)
            held("shmget");
        strcpy(memory, argv[2]);
        snprintf(name, sizeof name, "0x%x", key);
        name_it(argv, name);
        status = run(argv + 3);
        shmctl(id, IPC_RMID, 0);
    } else {
        snprintf(name, sizeof name, "/nsbox-escape-%d", getpid());
        mqd_t queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, 0);
        if (queue < 0 || mq_send(queue, argv[2], strlen(argv[2]), 0) < 0)
            held("mq_open");
        name_it(argv, name);
        status = run(argv + 3);
        mq_unlink(name);
    }
    return status;
}
