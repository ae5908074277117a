/*
 * filtered keyctl|socket COMMAND…: a seccomp filter with the usual faults. It refuses the calls that it
 * knows, by number, and looks neither at the door a call came through nor at what else gives the same.
 */
#include "outside.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

int main(int argc, char **argv) {
    (void)argc;
    unsigned first = argv[1][0] == 'k' ? SYS_keyctl : SYS_socket,
             second = argv[1][0] == 'k' ? SYS_add_key : SYS_connect;
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, first, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, second, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof program / sizeof *program, program};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0)
        held("seccomp");
    become(argv + 2);
}
