#include "base64.h"
#include <linux/errno.h>

static int digit(char letter) {
    if (letter >= 'A' && letter <= 'Z')
        return letter - 'A';
    if (letter >= 'a' && letter <= 'z')
        return letter - 'a' + 26;
    if (letter >= '0' && letter <= '9')
        return letter - '0' + 52;
    return letter == '+' ? 62 : letter == '/' ? 63 : -1;
}

long base64_decode(const char *text, u8 *bytes, u64 size) {
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
