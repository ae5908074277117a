/* Pipes through which bytes go: only who waits for a slow reader keeps one. */
#include "net-stream.h"
#include "sys.h"
#include <linux/fcntl.h>

#define IDLE_PIPES 8

static int idle_pipes[IDLE_PIPES][2];
static u32 idle;

int pipe_take(int *pipe) {
    if (idle == 0)
        return SYS(pipe2, pipe, O_CLOEXEC | O_NONBLOCK) == 0;
    idle--;
    pipe[0] = idle_pipes[idle][0];
    pipe[1] = idle_pipes[idle][1];
    return 1;
}

void pipe_drop(int *pipe) {
    SYS(close, pipe[0]);
    SYS(close, pipe[1]);
}

void pipe_give(int *pipe) {
    if (idle == IDLE_PIPES) {
        pipe_drop(pipe);
        return;
    }
    idle_pipes[idle][0] = pipe[0];
    idle_pipes[idle][1] = pipe[1];
    idle++;
}
