/*
 * One file a root filesystem in the state directory, named after the directory's device, inode and time of
 * birth: an inode number is used again, and another tree's directories are none of ours. It is written and
 * removed only under the root filesystem's lock. It outlives a killed monitor, so the next run's end still
 * removes what that one made.
 */
#include "record.h"
#include "box.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/stat.h>

/* Opens the state directory. Another user's (in /tmp, say) is refused: its record names what we remove. */
static int state_directory(void) {
    struct statx owner;
    int directory = (int)SYS(openat, AT_FDCWD, box.state, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
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

long record_add(const char *path) {
    int directory, record;
    /* The end of another run may remove the directory under our hands: then once more. */
    do {
        long made = SYS(mkdirat, AT_FDCWD, box.state, 0700);
        directory = state_directory();
        if (directory < 0)
            return directory == -ENOENT ? made : directory;
        record = record_open(directory, O_WRONLY | O_CREAT | O_APPEND);
        SYS(close, directory);
    } while (record == -ENOENT);
    if (record < 0)
        return record;
    struct statx stat = {0};
    long length = (long)text_length(path) + 1;
    SYS(statx, record, "", AT_EMPTY_PATH, STATX_SIZE, &stat);
    long written = stat.stx_size + (u64)length > RECORD_SIZE ? -ENOSPC : SYS(write, record, path, length);
    SYS(close, record);
    return written == length ? 0 : written < 0 ? written : -ENOSPC;
}

u64 record_read(char *paths, u64 size) {
    long length = 0;
    int directory = state_directory();
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
    int directory = state_directory();
    if (directory < 0)
        return;
    record_name(name, sizeof name);
    SYS(unlinkat, directory, name, 0);
    SYS(close, directory);
    SYS(unlinkat, AT_FDCWD, box.state, AT_REMOVEDIR);
}
