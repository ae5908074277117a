/*
 * On a shared terminal a contained process could type commands into the caller's shell: TIOCSTI (and
 * TIOCLINUX, on a virtual console) push bytes into its input. A filter refuses both, on every system
 * call table of the architecture. See ioctl_tty(2), seccomp(2).
 */
#include "box.h"
#include "sys.h"
#include <asm/ioctls.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#define TIOCLINUX_REQUEST 0x541C

/* offsets in struct seccomp_data; the low half of an argument comes first on both architectures */
#define NUMBER 0
#define ARCHITECTURE 4
#define REQUEST 24

#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)
#define EQUAL(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#define OTHER AUDIT_ARCH_I386
#define X32_IOCTL (0x40000000 + 514)
#define X32_IOCTL_NATIVE (0x40000000 + 16)
#else
#define NATIVE AUDIT_ARCH_AARCH64
#define OTHER AUDIT_ARCH_ARM
#define X32_IOCTL __NR_ioctl
#define X32_IOCTL_NATIVE __NR_ioctl
#endif
#define OTHER_IOCTL 54 /* i386 and 32-bit ARM alike */

static struct sock_filter filter[] = {
    LOAD(ARCHITECTURE),
    EQUAL(NATIVE, 2, 0),
    EQUAL(OTHER, 0, 11), /* no third table is known: allow */
    BPF_STMT(BPF_JMP | BPF_JA, 4),
    LOAD(NUMBER),
    EQUAL(__NR_ioctl, 4, 0),
    EQUAL(X32_IOCTL, 3, 0),
    EQUAL(X32_IOCTL_NATIVE, 2, 6),
    LOAD(NUMBER),
    EQUAL(OTHER_IOCTL, 0, 4),
    LOAD(REQUEST),
    EQUAL(TIOCSTI, 1, 0),
    EQUAL(TIOCLINUX_REQUEST, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

long op_guard_terminal(void) {
    struct sock_fprog program = {COUNT(filter), filter};
    return SYS(seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}
