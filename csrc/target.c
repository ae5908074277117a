/*
 * Targets of mounts, and where things may be made: only in filesystems that this run has mounted itself (in
 * memory, or an overlay's upper layer). Whatever a hostile root filesystem does with links and names while
 * it is set up, nothing is made on the host.
 */
#include "box.h"
#include "mounts.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/stat.h>

#define MAX_FILESYSTEMS 1024

static struct { u32 major, minor; } own[MAX_FILESYSTEMS];
static u32 owned;

void memory_note(int fd) {
    struct statx stat;
    if (owned < MAX_FILESYSTEMS && SYS(statx, fd, "", AT_EMPTY_PATH, 0, &stat) == 0) {
        own[owned].major = stat.stx_dev_major;
        own[owned++].minor = stat.stx_dev_minor;
    }
}

int in_memory(int fd) {
    struct statx stat;
    if (SYS(statx, fd, "", AT_EMPTY_PATH, 0, &stat) < 0)
        return 0;
    for (u32 i = 0; i < owned; i++)
        if (own[i].major == stat.stx_dev_major && own[i].minor == stat.stx_dev_minor)
            return 1;
    return 0;
}

int is_directory(int fd) {
    struct statx stat;
    return SYS(statx, fd, "", AT_EMPTY_PATH, STATX_TYPE, &stat) == 0 && (stat.stx_mode & S_IFMT) == S_IFDIR;
}

int make_directories(const char *path) {
    char part[4096];
    char *end = part;
    int here = resolve_following(path, O_DIRECTORY);
    if (here != -ENOENT)
        return here;
    here = resolve_following("/", O_DIRECTORY);
    text_append(part, part + sizeof part, path);
    for (char last = '/'; here >= 0 && last; *end = last) {
        const char *name = end;
        while (*name == '/')
            name++;
        for (end = part + (name - part); *end && *end != '/'; end++)
            ;
        last = *end;
        *end = 0;
        int next = resolve_following(part, O_DIRECTORY);
        if (next == -ENOENT && in_memory(here)) {
            long error = SYS(mkdirat, here, name, 0755);
            next = error < 0 ? (error == -EEXIST ? -ENOENT : (int)error)
                             : (int)SYS(openat, here, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        }
        SYS(close, here);
        here = next;
    }
    return here;
}

int make_parent(const char *path, const char **name) {
    char parent[4096];
    text_append(parent, parent + sizeof parent, path);
    *name = split_parent(parent, path);
    int fd = make_directories(*parent ? parent : "/");
    if (fd < 0 || in_memory(fd))
        return fd;
    SYS(close, fd);
    return -EXDEV;
}

/* Nothing may stand on the root itself: it would be neither seen inside nor detached at the end. */
static int is_root(int fd) {
    struct statx root, target;
    return SYS(statx, fd, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &target) == 0 &&
           SYS(statx, box.root, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &root) == 0 &&
           root.stx_ino == target.stx_ino && root.stx_dev_major == target.stx_dev_major &&
           root.stx_dev_minor == target.stx_dev_minor && root.stx_mnt_id == target.stx_mnt_id;
}

int open_target(const char *path, int directory) {
    const char *name;
    int target = resolve_following(path, 0);
    if (target >= 0 && is_root(target)) {
        SYS(close, target);
        return -EBUSY;
    }
    if (target != -ENOENT)
        return target;
    int parent = make_parent(path, &name);
    if (parent < 0)
        return parent == -EXDEV ? -ENOENT : parent;
    long error = directory
                     ? SYS(mkdirat, parent, name, 0755)
                     : SYS(openat, parent, name, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (error >= 0) {
        if (!directory)
            SYS(close, error);
        error = SYS(openat, parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    }
    SYS(close, parent);
    return (int)error;
}
