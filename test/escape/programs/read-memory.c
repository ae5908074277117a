/* read-memory PID: reads the memory of a process by process_vm_readv(2). */
#include "way.h"
#include <sys/uio.h>

int main(int argc, char **argv) {
    (void)argc;
    char copy[64] = "";
    struct iovec here = {copy, sizeof copy - 1}, there = {SECRET_ADDRESS, sizeof copy - 1};
    if (process_vm_readv(atoi(argv[1]), &here, 1, &there, 1, 0) < 0)
        held("process_vm_readv");
    puts(copy);
    return 0;
}
