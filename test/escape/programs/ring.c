/*
 * ring NAME: connects to an abstract socket and reads from it by io_uring, so without a call of socket(2),
 * connect(2) or read(2) that a filter on system calls would see.
 */
#include "way.h"
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

static int ring;
static struct io_uring_params params;
static char *queues;
static struct io_uring_sqe *entries;

#define FIELD(offset) ((unsigned *)(queues + (offset)))

/* Hands in one request and waits for its result. */
static int ask(struct io_uring_sqe request) {
    unsigned tail = *FIELD(params.sq_off.tail), index = tail & *FIELD(params.sq_off.ring_mask);
    entries[index] = request;
    FIELD(params.sq_off.array)[index] = index;
    __atomic_store_n(FIELD(params.sq_off.tail), tail + 1, __ATOMIC_RELEASE);
    if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, 0, 0) < 0)
        held("io_uring_enter");
    unsigned head = *FIELD(params.cq_off.head);
    struct io_uring_cqe *results = (void *)(queues + params.cq_off.cqes);
    int result = results[head & *FIELD(params.cq_off.ring_mask)].res;
    __atomic_store_n(FIELD(params.cq_off.head), head + 1, __ATOMIC_RELEASE);
    if (result < 0) {
        errno = -result;
        held("the request");
    }
    return result;
}

int main(int argc, char **argv) {
    (void)argc;
    ring = syscall(SYS_io_uring_setup, 4, &params);
    if (ring < 0)
        held("io_uring_setup");
    queues = mmap(0, params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe) + 4096,
                  PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
    entries = mmap(0, params.sq_entries * sizeof *entries, PROT_READ | PROT_WRITE, MAP_SHARED, ring,
                   IORING_OFF_SQES);
    if (queues == MAP_FAILED || entries == MAP_FAILED)
        held("mmap");
    int fd = ask((struct io_uring_sqe){.opcode = IORING_OP_SOCKET, .fd = AF_UNIX, .off = SOCK_STREAM});
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    strncpy(name.sun_path + 1, argv[1], sizeof name.sun_path - 2);
    ask((struct io_uring_sqe){.opcode = IORING_OP_CONNECT,
                              .fd = fd,
                              .addr = (uintptr_t)&name,
                              .off = offsetof(struct sockaddr_un, sun_path) + 1 + strlen(argv[1])});
    char text[128] = "";
    ask((struct io_uring_sqe){
        .opcode = IORING_OP_READ, .fd = fd, .addr = (uintptr_t)text, .len = sizeof text - 1, .off = -1});
    puts(text);
    return 0;
}
