/*
 * The log of a kept container: one file, each record a line as in the Kubernetes CRI log format,
 * "2026-11-22T04:10:11.123456789Z stdout F text". F: a whole line; P: a part, whose rest is in the next
 * record of that stream. Where it cannot be written, how much is missing is told as soon as it can.
 */
#include "state.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/stat.h>

static struct {
    int directory, fd;
    u64 limit, size, lost;
    u32 length;
    char text[8192];
} log;

static long begin_file(int flags) {
    struct statx stat = {0};
    log.fd = above_standard((int)SYS(openat, log.directory, "log",
                                     O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC | flags, 0600));
    SYS(statx, log.fd, "", AT_EMPTY_PATH, STATX_SIZE, &stat);
    log.size = stat.stx_size;
    return log.fd < 0 ? log.fd : 0;
}

long log_open(int directory, u64 limit) {
    log.directory = directory;
    log.limit = limit;
    return begin_file(0);
}

static void rotate(void) {
    if (SYS(renameat, log.directory, "log", log.directory, "log.1") < 0)
        return;
    SYS(close, log.fd);
    begin_file(O_TRUNC);
}

/* Only whole records are ever in the file. */
static int write_whole(void) {
    if (log.fd < 0 && begin_file(0) < 0)
        return 0;
    long written = SYS(write, log.fd, log.text, log.length);
    if (written == (long)log.length)
        return 1;
    if (written > 0)
        SYS(ftruncate, log.fd, log.size);
    return 0;
}

static void flush(void) {
    if (log.length == 0)
        return;
    if (log.size > 0 && log.size + log.length > log.limit)
        rotate();
    /* A full disk: what is old goes first. */
    if (write_whole() || (SYS(unlinkat, log.directory, "log.1", 0) == 0 && write_whole()))
        log.size += log.length;
    else
        log.lost += log.length;
    log.length = 0;
}

static char *two_digits(char *at, u64 number) {
    *at++ = (char)('0' + number / 10 % 10);
    *at++ = (char)('0' + number % 10);
    return at;
}

/* RFC 3339 in UTC, from nanoseconds since the epoch. */
static char *put_time(char *at, u64 nanoseconds) {
    u64 seconds = nanoseconds / 1000000000, fraction = nanoseconds % 1000000000;
    u64 day = seconds / 86400, clock = seconds % 86400;
    /* The years are counted from March, so that the leap day is the last. */
    u64 shifted = day + 719468, era = shifted / 146097, of_era = shifted % 146097;
    u64 year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    u64 of_year = of_era - (365 * year + year / 4 - year / 100);
    u64 month = (5 * of_year + 2) / 153;
    u64 date = of_year - (153 * month + 2) / 5 + 1;
    year += era * 400 + (month >= 10);
    month = month < 10 ? month + 3 : month - 9;
    at = two_digits(two_digits(at, year / 100), year);
    *at++ = '-';
    at = two_digits(at, month);
    *at++ = '-';
    at = two_digits(at, date);
    *at++ = 'T';
    at = two_digits(at, clock / 3600);
    *at++ = ':';
    at = two_digits(at, clock / 60 % 60);
    *at++ = ':';
    at = two_digits(at, clock % 60);
    *at++ = '.';
    for (u64 place = 100000000; place; place /= 10)
        *at++ = (char)('0' + fraction / place % 10);
    *at++ = 'Z';
    return at;
}

/* One record, `size` bytes of text. */
static void record(const char *time, const char *stream, char tag, const char *text, u64 size) {
    const char *end = log.text + sizeof log.text;
    if (log.length + size + 64 > sizeof log.text)
        flush();
    char *at = text_append(log.text + log.length, end, time);
    at = text_append(at, end, stream);
    *at++ = tag;
    *at++ = ' ';
    memcpy(at, text, size);
    at += size;
    *at++ = '\n';
    log.length = (u32)(at - log.text);
}

static void tell_lost(const char *time) {
    char words[80];
    u64 lost = log.lost;
    if (!lost)
        return;
    char *at = text_append_number(words, words + sizeof words, lost);
    at = text_append(at, words + sizeof words, " bytes of the log could not be written");
    record(time, " nsbox ", 'F', words, (u64)(at - words));
    log.lost = 0;
    flush();
    if (log.lost)
        log.lost = lost;
}

void log_write(int stream, const char *bytes, u64 size) {
    enum { LONGEST = 4096 };
    char time[40];
    *put_time(time, realtime()) = 0;
    tell_lost(time);
    while (size > 0) {
        u64 length = 0;
        while (length < size && length < LONGEST && bytes[length] != '\n')
            length++;
        int whole = length < size && bytes[length] == '\n';
        record(time, stream == 1 ? " stdout " : " stderr ", whole ? 'F' : 'P', bytes, length);
        bytes += length + (u64)whole;
        size -= length + (u64)whole;
    }
    flush();
}

void log_end(void) {
    char time[40];
    *put_time(time, realtime()) = 0;
    tell_lost(time);
}
