#include "text.h"

u64 text_length(const char *text) {
    u64 length = 0;
    while (text[length])
        length++;
    return length;
}

int text_equal(const char *a, const char *b) {
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

int text_begins(const char *text, const char *prefix) {
    while (*prefix)
        if (*text++ != *prefix++)
            return 0;
    return 1;
}

char *text_append(char *to, const char *end, const char *text) {
    while (*text && to < end - 1)
        *to++ = *text++;
    *to = 0;
    return to;
}

static char *append_base(char *to, const char *end, u64 number, u64 base) {
    char digits[24];
    char *at = digits + sizeof digits - 1;
    *at = 0;
    do
        *--at = "0123456789abcdef"[number % base];
    while (number /= base);
    return text_append(to, end, at);
}

char *text_append_number(char *to, const char *end, u64 number) {
    return append_base(to, end, number, 10);
}

char *text_append_hex(char *to, const char *end, u64 number) {
    return append_base(to, end, number, 16);
}

int text_number(const char *text, u64 *number) {
    int negative = *text == '-';
    u64 value = 0;
    text += negative;
    if (!*text)
        return -1;
    for (; *text; text++) {
        u64 digit = (u64)(u8)*text - '0';
        if (digit > 9 || value > (~0UL >> 1) / 10 - 1)
            return -1;
        value = value * 10 + digit;
    }
    *number = negative ? 0 - value : value;
    return 0;
}

void text_make_harmless(char *text) {
    u8 before = 0;
    for (u8 *at = (u8 *)text; *at; before = *at++) {
        int lead = *at == 0xc2 && at[1] >= 0x80 && at[1] <= 0x9f;
        int high = before < 0x80 && *at >= 0x80 && *at <= 0x9f;
        if (*at < ' ' || *at == 0x7f || lead || high)
            *at = '?';
    }
}
