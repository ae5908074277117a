/* queue NAME: opens the POSIX message queue of that name and reads a message. */
#include "way.h"
#include <mqueue.h>

int main(int argc, char **argv) {
    (void)argc;
    char message[8192];
    mqd_t queue = mq_open(argv[1], O_RDONLY | O_NONBLOCK);
    if (queue < 0)
        held("mq_open");
    ssize_t length = mq_receive(queue, message, sizeof message, 0);
    if (length < 0)
        held("mq_receive");
    printf("%.*s\n", (int)length, message);
    return 0;
}
