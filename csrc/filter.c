/* Loads a system call filter: a BPF program in base64. See seccomp(2). */
#include "filter.h"
#include "box.h"
#include "sys.h"
#include <linux/filter.h>
#include <linux/seccomp.h>

static int digit(char letter) {
    if (letter >= 'A' && letter <= 'Z')
        return letter - 'A';
    if (letter >= 'a' && letter <= 'z')
        return letter - 'a' + 26;
    if (letter >= '0' && letter <= '9')
        return letter - '0' + 52;
    return letter == '+' ? 62 : letter == '/' ? 63 : -1;
}

/* Decodes into `bytes`. Returns how many there are, or -EINVAL. */
static long decode(const char *text, u8 *bytes, u64 size) {
    u32 bits = 0, held = 0;
    u64 length = 0;
    for (; *text && *text != '='; text++) {
        int value = digit(*text);
        if (value < 0 || length >= size)
            return -EINVAL;
        bits = bits << 6 | (u32)value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes[length++] = (u8)(bits >> held);
        }
    }
    return (long)length;
}

long filter_load(const char *text, u64 flags) {
    static struct sock_filter filter[BPF_MAXINSNS];
    long length = decode(text, (u8 *)filter, sizeof filter);
    if (length <= 0 || (u64)length % sizeof filter[0])
        return -EINVAL;
    struct sock_fprog program = {(u16)((u64)length / sizeof filter[0]), filter};
    return SYS(seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

long op_seccomp(const struct args_seccomp *args) {
    return filter_load(args->program, args->flags);
}
