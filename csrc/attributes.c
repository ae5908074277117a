/*
 * A mount's attributes and its place in the tree. mount_setattr(2) changes a whole tree before anybody can
 * see it (Linux 5.12); mount(2) only changes one mount that is attached, and has to be told what stays.
 */
#include "box.h"
#include "mounts.h"
#include "proc.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/mount.h>
#include <linux/stat.h>

#define MS_REMOUNT_BIND (MS_REMOUNT | MS_BIND)
#define ATIME 0x70 /* MOUNT_ATTR__ATIME */

/* struct statfs of both architectures. */
struct statfs_flags {
    long type, rest[9];
    long flags, spare[4];
};

/* An attribute, the flag of mount(2), and the bit by which statfs(2) tells it. */
static const struct {
    u32 attribute, flag, told;
} flags[] = {
    {MOUNT_ATTR_RDONLY, MS_RDONLY, 1},
    {MOUNT_ATTR_NOSUID, MS_NOSUID, 2},
    {MOUNT_ATTR_NODEV, MS_NODEV, 4},
    {MOUNT_ATTR_NOEXEC, MS_NOEXEC, 8},
    {MOUNT_ATTR_NOATIME, MS_NOATIME, 1024},
    {MOUNT_ATTR_NODIRATIME, MS_NODIRATIME, 2048},
    {MOUNT_ATTR_NOSYMFOLLOW, MS_NOSYMFOLLOW, 8192},
    {0, MS_RELATIME, 4096}, /* the default, and no attribute */
};

void descriptor_path(char path[64], int fd) {
    text_append_number(text_append(path, path + 64, "/proc/self/fd/"), path + 64, (u64)fd);
}

long mount_on_fd(const char *source, int target, const char *type, u64 all, const char *options) {
    char path[64];
    descriptor_path(path, target);
    return SYS(mount, source, path, type, all, options);
}

u64 old_flags(u64 attributes) {
    u64 all = 0;
    for (u32 i = 0; i < COUNT(flags); i++)
        if (attributes & flags[i].attribute)
            all |= flags[i].flag;
    return all;
}

int has_attribute(int fd, u64 attribute) {
    struct statfs_flags now = {0};
    SYS(fstatfs, fd, &now);
    for (u32 i = 0; i < COUNT(flags); i++)
        if ((flags[i].attribute & attribute) && (now.flags & flags[i].told))
            return 1;
    return 0;
}

long attach(int tree, int target) {
    return SYS(move_mount, tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

long set_attributes(int mount, const struct attributes *wanted, int recursive) {
    struct mount_attr change = {
        .attr_set = wanted->set,
        .attr_clr = wanted->clear,
        .propagation = wanted->propagation,
    };
    if ((wanted->set | wanted->clear) & MOUNT_ATTR_NOATIME)
        change.attr_clr = (change.attr_clr & ~(u64)MOUNT_ATTR_NOATIME) | ATIME;
    if (!change.attr_set && !change.attr_clr && !change.propagation)
        return 0;
    return SYS(mount_setattr, mount, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), &change,
               sizeof change);
}

/* 1 where a mount stands on this one: its id is the second field of a line of mountinfo(5). */
static int has_mounts(int mount) {
    static char text[65536];
    struct statx stat;
    u64 field = 0, number = 0;
    long error = SYS(statx, mount, "", AT_EMPTY_PATH, STATX_MNT_ID, &stat);
    int fd = error < 0 ? -1 : (int)SYS(openat, AT_FDCWD, "/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    int found = fd < 0;
    for (long length = 1; !found && length > 0;) {
        length = SYS(read, fd, text, sizeof text);
        for (long i = 0; i < length && !found; i++) {
            if (text[i] == '\n')
                field = number = 0;
            else if (text[i] == ' ') {
                found = ++field == 2 && number == stat.stx_mnt_id;
                number = 0;
            } else if (field < 2)
                number = number * 10 + (u64)(text[i] - '0');
        }
    }
    SYS(close, fd);
    return found;
}

long set_attributes_old(int mount, const struct attributes *wanted, int recursive) {
    struct statfs_flags now;
    u64 all = MS_REMOUNT_BIND;
    long error = 0;
    if (wanted->set | wanted->clear) {
        if (recursive && has_mounts(mount))
            return -ENOSYS;
        error = SYS(fstatfs, mount, &now);
        for (u32 i = 0; i < COUNT(flags); i++)
            if ((now.flags & flags[i].told) && !(flags[i].attribute & wanted->clear))
                all |= flags[i].flag;
        if (error == 0)
            error = mount_on_fd(0, mount, 0, all | old_flags(wanted->set), 0);
    }
    if (error == 0 && wanted->propagation)
        error = mount_on_fd(0, mount, 0, wanted->propagation | (recursive ? MS_REC : 0), 0);
    return error;
}

long attach_with(int tree, int target, const struct attributes *wanted, int recursive) {
    long changed = set_attributes(tree, wanted, recursive);
    if (changed < 0 && changed != -ENOSYS)
        return changed;
    long error = attach(tree, target);
    return error == 0 && changed == -ENOSYS ? set_attributes_old(tree, wanted, recursive) : error;
}
