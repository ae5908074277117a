/*
 * key session|user native|i386|x32 NAME: reads a key of the caller's, found by its name in the session or the
 * user keyring, by keyctl(2) of one of the doors that an x86-64 kernel has for system calls.
 */
#include "way.h"
#include <linux/keyctl.h>

/* Below 4 GB, where the i386 door finds them: the program is not position-independent. */
static char text[128], name[128], type[] = "user";

static long by_native(long a, long b, long c, long d, long e) {
    return syscall(SYS_keyctl, a, b, c, d, e);
}

#ifdef __x86_64__
static long answer(long result) {
    if (result >= 0)
        return result;
    errno = -(int)result;
    return -1;
}

static long by_i386(long a, long b, long c, long d, long e) {
    int result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(288), "b"((int)a), "c"((int)b), "d"((int)c), "S"((int)d), "D"((int)e)
                     : "memory", "r8", "r9", "r10", "r11");
    return answer(result);
}

static long by_x32(long a, long b, long c, long d, long e) {
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(0x40000000L | SYS_keyctl), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                     : "memory", "rcx", "r11");
    return answer(result);
}
#else
#define by_i386 by_native
#define by_x32 by_native
#endif

int main(int argc, char **argv) {
    (void)argc;
    long (*keyctl)(long, long, long, long, long) = argv[2][0] == 'i'   ? by_i386
                                                   : argv[2][0] == 'x' ? by_x32
                                                                       : by_native;
    long ring = argv[1][0] == 's' ? KEY_SPEC_SESSION_KEYRING : KEY_SPEC_USER_KEYRING;
    strncpy(name, argv[3], sizeof name - 1);
    /* What the session keyring leads to may be read; the user keyring lets its user link it there. */
    if (ring == KEY_SPEC_USER_KEYRING && keyctl(KEYCTL_LINK, ring, KEY_SPEC_SESSION_KEYRING, 0, 0) < 0)
        perror("KEYCTL_LINK");
    long key = keyctl(KEYCTL_SEARCH, ring, (long)type, (long)name, 0);
    if (key < 0)
        held("KEYCTL_SEARCH");
    if (keyctl(KEYCTL_READ, key, (long)text, sizeof text - 1, 0) < 0)
        held("KEYCTL_READ");
    puts(text);
    return 0;
}
