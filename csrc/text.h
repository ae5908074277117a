/* Strings and numbers without libc. */
#ifndef NSBOX_TEXT_H
#define NSBOX_TEXT_H

#include "types.h"

void *memcpy(void *restrict to, const void *restrict from, u64 size);

u64 text_length(const char *text);
/* 1 where both are the same. */
int text_equal(const char *a, const char *b);
/* 1 where `text` begins with `prefix`. */
int text_begins(const char *text, const char *prefix);
/* Appends `text` at `to`, ends it with NUL, and returns the place of that NUL. `end` is never passed. */
char *text_append(char *to, const char *end, const char *text);
/* The same for a decimal number. */
char *text_append_number(char *to, const char *end, u64 number);
/* The same for a hexadecimal number. */
char *text_append_hex(char *to, const char *end, u64 number);
/* Parses a decimal number (a minus sign wraps around to two's complement). Returns 0, or -1 for anything
 * else. */
int text_number(const char *text, u64 *number);
/* Takes away what a terminal would obey: control characters, with or without their lead byte in UTF-8. */
void text_make_harmless(char *text);

#endif
