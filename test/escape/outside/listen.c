/* listen abstract|tcp|vsock SECRET COMMAND…: tells SECRET to everybody who connects. */
#include "outside.h"
#include <arpa/inet.h>
#include <linux/vm_sockets.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>

static char name[64];

static int bound(const char *kind) {
    union {
        struct sockaddr any;
        struct sockaddr_un local;
        struct sockaddr_in internet;
        struct sockaddr_vm machine;
    } at = {0};
    socklen_t length;
    if (kind[0] == 'a') {
        snprintf(name, sizeof name, "nsbox-escape-%d", getpid());
        at.local.sun_family = AF_UNIX;
        strcpy(at.local.sun_path + 1, name);
        length = offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name);
    } else if (kind[0] == 't') {
        at.internet.sin_family = AF_INET;
        at.internet.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        length = sizeof at.internet;
    } else {
        at.machine.svm_family = AF_VSOCK;
        at.machine.svm_cid = VMADDR_CID_ANY;
        at.machine.svm_port = VMADDR_PORT_ANY;
        length = sizeof at.machine;
    }
    int fd = socket(at.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, &at.any, length) < 0 || listen(fd, 4) < 0)
        held("listen");
    length = sizeof at;
    getsockname(fd, &at.any, &length);
    if (kind[0] == 't')
        snprintf(name, sizeof name, "%d", ntohs(at.internet.sin_port));
    if (kind[0] == 'v')
        snprintf(name, sizeof name, "%u", at.machine.svm_port);
    return fd;
}

int main(int argc, char **argv) {
    (void)argc;
    int listener = bound(argv[1]);
    name_it(argv, name);
    pid_t server = fork();
    while (server == 0) {
        int caller = accept(listener, 0, 0);
        if (write(caller, argv[2], strlen(argv[2])) < 0)
            perror("write");
        close(caller);
    }
    int status = run(argv + 3);
    kill(server, SIGKILL);
    waitpid(server, 0, 0);
    return status;
}
