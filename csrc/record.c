/*
 * One file a root filesystem in a directory of the user's own, named after device, inode and time of birth
 * of the root filesystem's directory: an inode number is used again, and another tree's directories are none
 * of ours. It is written and removed only under the root filesystem's lock. It outlives a killed monitor, so
 * the next run's end still removes what that one made, and `nsbox gc` finds where by its first line.
 */
#include "record.h"
#include "box.h"
#include "mounts.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/stat.h>

#define PLACES 2

static const char *places[PLACES];

void record_in(const char *first, const char *second) {
    places[0] = first;
    places[1] = second;
}

/* Opens one of them. Another user's (in /tmp, say) is refused: its record names what we remove. */
static int open_place(const char *place) {
    struct statx owner;
    int directory = (int)SYS(openat, AT_FDCWD, place, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory < 0)
        return directory;
    long error = SYS(statx, directory, "", AT_EMPTY_PATH, STATX_UID, &owner);
    if (error == 0 && owner.stx_uid == (u32)SYS(geteuid))
        return directory;
    SYS(close, directory);
    return error < 0 ? (int)error : -EPERM;
}

static void record_name(char *name, u64 size) {
    struct statx root = {0};
    const char *end = name + size;
    SYS(statx, box.lock, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &root);
    char *at = text_append(name, end, "mount-points-");
    at = text_append_hex(at, end, (u64)root.stx_dev_major << 32 | root.stx_dev_minor);
    at = text_append_hex(text_append(at, end, "-"), end, root.stx_ino);
    text_append_hex(text_append(at, end, "-"), end,
                    (u64)root.stx_btime.tv_sec * 1000000000 + root.stx_btime.tv_nsec);
}

static int record_open(int directory, int flags) {
    char name[80];
    record_name(name, sizeof name);
    /* Never waits, should it be a FIFO. */
    return (int)SYS(openat, directory, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
}

/* Opens the record in one of them to add to it; it is made where it is absent. */
static int begin_record(const char *place) {
    int directory, record;
    /* The end of another run may remove the directory under our hands: then once more. */
    do {
        long made = SYS(mkdirat, AT_FDCWD, place, 0700);
        directory = open_place(place);
        if (directory == -ENOENT && made == -EEXIST) {
            record = -ENOENT;
            continue;
        }
        if (directory < 0)
            return directory == -ENOENT ? (int)made : directory;
        record = record_open(directory, O_WRONLY | O_CREAT | O_APPEND);
        SYS(close, directory);
    } while (record == -ENOENT);
    return record;
}

static long add_line(int record, const char *line, u64 size) {
    long length = (long)text_length(line) + 1;
    if (size + (u64)length > RECORD_SIZE / PLACES)
        return -ENOSPC;
    long written = SYS(write, record, line, length);
    return written == length ? 0 : written < 0 ? written : -ENOSPC;
}

/* Where the root filesystem was when the record was begun. A tree that was moved has its record still. */
static long add_root(int record) {
    char link[64], line[4096];
    descriptor_path(link, box.lock);
    line[0] = RECORD_ROOT;
    long length = SYS(readlinkat, AT_FDCWD, link, line + 1, sizeof line - 2);
    line[length > 0 ? length + 1 : 1] = 0;
    return add_line(record, line, 0);
}

long record_add(const char *path) {
    int first = begin_record(places[0]), record = first;
    for (u32 i = 1; i < PLACES && record < 0; i++)
        record = begin_record(places[i]);
    if (record < 0)
        return first;
    struct statx stat = {0};
    SYS(statx, record, "", AT_EMPTY_PATH, STATX_SIZE, &stat);
    long written = stat.stx_size == 0 ? add_root(record) : 0;
    if (written == 0)
        written = add_line(record, path, stat.stx_size);
    SYS(close, record);
    return written;
}

void record_needed(void) {
    for (u32 i = 0; i < PLACES && box.lock >= 0; i++) {
        int directory = open_place(places[i]), record = record_open(directory, O_WRONLY | O_APPEND);
        if (record >= 0)
            SYS(write, record, RECORD_NEEDED, sizeof RECORD_NEEDED);
        SYS(close, record);
        SYS(close, directory);
    }
}

/* What one of them holds. Returns its length, 0 where there is none. */
static u64 read_place(const char *place, char *paths, u64 size) {
    long length = 0;
    int directory = open_place(place);
    if (directory < 0)
        return 0;
    int record = record_open(directory, O_RDONLY);
    SYS(close, directory);
    if (record >= 0) {
        length = SYS(read, record, paths, size);
        SYS(close, record);
    }
    /* A line cut short (a full disk, a kill) is no line. */
    while (length > 0 && paths[length - 1] != 0)
        length--;
    return length > 0 ? (u64)length : 0;
}

u64 record_read(char *paths, u64 size) {
    u64 length = 0;
    for (u32 i = 0; i < PLACES; i++)
        length += read_place(places[i], paths + length, size - length);
    return length;
}

int record_has(const char *path) {
    static char paths[RECORD_SIZE];
    u64 length = record_read(paths, sizeof paths);
    for (const char *at = paths; at < paths + length; at = plan_next(at))
        if (text_equal(at, path))
            return 1;
    return 0;
}

void record_remove(void) {
    char name[80];
    record_name(name, sizeof name);
    for (u32 i = 0; i < PLACES; i++) {
        int directory = open_place(places[i]);
        if (directory < 0)
            continue;
        SYS(unlinkat, directory, name, 0);
        SYS(close, directory);
        SYS(unlinkat, AT_FDCWD, places[i], AT_REMOVEDIR);
    }
}
