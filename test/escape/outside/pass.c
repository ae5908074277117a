/* pass COMMAND…: the command inherits, as descriptor 3, a socket over which the directory "/" was sent. */
#include "outside.h"
#include <sys/socket.h>

int main(int argc, char **argv) {
    (void)argc;
    int ends[2], directory = open("/", O_RDONLY | O_CLOEXEC);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        held("socketpair");
    char control[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec data = {"", 1};
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    *CMSG_FIRSTHDR(&message) = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(sizeof directory), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), &directory, sizeof directory);
    if (sendmsg(ends[0], &message, 0) < 0)
        held("sendmsg");
    int end = fcntl(ends[1], F_DUPFD, 10);
    if (dup2(end, 3) < 0)
        held("dup2");
    close(end);
    become(argv + 1);
}
