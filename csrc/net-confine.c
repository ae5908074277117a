/* What the network helper may ask of the kernel: what it does, and nothing else ends well. See seccomp(2). */
#include "net.h"
#include "sys.h"
#include <linux/audit.h>
#include <linux/fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/prctl.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#else
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#define NUMBER __builtin_offsetof(struct seccomp_data, nr)
#define ARCH __builtin_offsetof(struct seccomp_data, arch)
/* Flags of openat(2), and the family of socket(2): the lower half of an argument. */
#define OPEN_FLAGS __builtin_offsetof(struct seccomp_data, args[2])
#define FAMILY __builtin_offsetof(struct seccomp_data, args[0])

#define LOAD(offset)                                                                                         \
    { BPF_LD | BPF_W | BPF_ABS, 0, 0, (u32)(offset) }
#define RETURN(what)                                                                                         \
    { BPF_RET | BPF_K, 0, 0, what }
#define SKIP_IF(value, yes, no)                                                                              \
    { BPF_JMP | BPF_JEQ | BPF_K, yes, no, value }
#define ALLOW(name) SKIP_IF(__NR_##name, 0, 1), RETURN(SECCOMP_RET_ALLOW)

long net_confine(void) {
    static const struct sock_filter filter[] = {
        LOAD(ARCH),
        SKIP_IF(ARCHITECTURE, 1, 0),
        RETURN(SECCOMP_RET_KILL_PROCESS),
        LOAD(NUMBER),
        /* For reading alone. */
        SKIP_IF(__NR_openat, 0, 4),
        LOAD(OPEN_FLAGS),
        {BPF_JMP | BPF_JSET | BPF_K, 0, 1, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC},
        RETURN(SECCOMP_RET_KILL_PROCESS),
        RETURN(SECCOMP_RET_ALLOW),
        /* IPv4 and IPv6. */
        SKIP_IF(__NR_socket, 0, 5),
        LOAD(FAMILY),
        SKIP_IF(2, 2, 0),
        SKIP_IF(10, 1, 0),
        RETURN(SECCOMP_RET_KILL_PROCESS),
        RETURN(SECCOMP_RET_ALLOW),
        ALLOW(splice),
        ALLOW(epoll_pwait),
        ALLOW(clock_gettime),
        ALLOW(recvfrom),
        ALLOW(sendto),
        ALLOW(recvmsg),
        ALLOW(sendmsg),
        ALLOW(accept4),
        ALLOW(connect),
        ALLOW(shutdown),
        ALLOW(setsockopt),
        ALLOW(getsockopt),
        ALLOW(epoll_ctl),
        ALLOW(pipe2),
        ALLOW(close),
        ALLOW(read),
        ALLOW(statx),
        ALLOW(getdents64),
        ALLOW(getrandom),
        ALLOW(ioctl),
        ALLOW(madvise),
        ALLOW(exit_group),
        RETURN(SECCOMP_RET_KILL_PROCESS)};
    struct sock_fprog program = {COUNT(filter), (struct sock_filter *)filter};
    long error = SYS(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return error < 0 ? error : SYS(seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}
