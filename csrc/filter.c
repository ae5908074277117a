/* Loads a system call filter: a BPF program in base64. See seccomp(2). */
#include "filter.h"
#include "base64.h"
#include "box.h"
#include "sys.h"
#include <linux/filter.h>
#include <linux/seccomp.h>

long filter_load(const char *text, u64 flags) {
    static struct sock_filter filter[BPF_MAXINSNS];
    long length = base64_decode(text, (u8 *)filter, sizeof filter);
    if (length <= 0 || (u64)length % sizeof filter[0])
        return -EINVAL;
    struct sock_fprog program = {(u16)((u64)length / sizeof filter[0]), filter};
    return SYS(seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

long op_seccomp(const struct args_seccomp *args) {
    return filter_load(args->program, args->flags);
}
