/* Device nodes, and the host's own where nodes may not be made; the terminal. */
#include "box.h"
#include "mounts.h"
#include "sys.h"
#include "text.h"
#include <asm/ioctls.h>
#include <linux/fcntl.h>
#include <linux/mount.h>
#include <linux/stat.h>

/* Binds the file at `source` (of this mount namespace) on `name` in `parent`, made here as an empty file. */
static long bind_file(const char *source, int parent, const char *name) {
    int file = (int)SYS(openat, parent, name, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (file < 0)
        return file;
    SYS(close, file);
    int target = (int)SYS(openat, parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (target < 0)
        return target;
    long error;
    int tree =
        (int)SYS(open_tree, AT_FDCWD, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW);
    if (tree == -ENOSYS)
        error = mount_on_fd(source, target, 0, MS_BIND, 0);
    else if (tree < 0)
        error = tree;
    else {
        error = attach(tree, target);
        SYS(close, tree);
    }
    SYS(close, target);
    return error;
}

/* 0 where `path`, from `directory` on, is that device. */
static long check_device(int directory, const char *path, const struct args_device *args) {
    struct statx stat;
    long error = SYS(statx, directory, path, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &stat);
    if (error < 0)
        return error;
    return (stat.stx_mode & S_IFMT) == (args->mode & S_IFMT) && stat.stx_rdev_major == args->major &&
                   stat.stx_rdev_minor == args->minor
               ? 0
               : -ENODEV;
}

/* A node where nodes may be made and used; else the host's own is bound. */
static long make_device(int parent, const char *name, const struct args_device *args) {
    u64 number = (args->minor & 0xff) | args->major << 8 | (args->minor & ~0xffUL) << 12;
    long error =
        has_attribute(parent, MOUNT_ATTR_NODEV) ? -EPERM : SYS(mknodat, parent, name, args->mode, number);
    if (error == 0 && (args->uid || args->gid))
        error = SYS(fchownat, parent, name, args->uid, args->gid, AT_SYMLINK_NOFOLLOW);
    if (error == -EPERM && (error = check_device(AT_FDCWD, args->source, args)) == 0)
        error = bind_file(args->source, parent, name);
    return error;
}

/* The same device there already is as good. */
long op_device(const struct args_device *args) {
    const char *name;
    int parent = make_parent(args->path, &name);
    if (parent < 0)
        return parent;
    long error = make_device(parent, name, args);
    if (error == -EEXIST && check_device(parent, name, args) == 0)
        error = 0;
    if (error == 0 && text_equal(args->path, "/dev/null"))
        remember_null((int)SYS(openat, parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
    SYS(close, parent);
    return error;
}

/* The path of descriptor `fd` in this mount namespace, where it is a terminal that still stands there. */
static int terminal_path(int fd, char *path, u64 size) {
    char link[64], modes[64];
    struct statx there, open;
    if (SYS(ioctl, fd, TCGETS, modes) < 0)
        return 0;
    descriptor_path(link, fd);
    long length = SYS(readlinkat, AT_FDCWD, link, path, size - 1);
    if (length <= 0)
        return 0;
    path[length] = 0;
    return SYS(statx, fd, "", AT_EMPTY_PATH, STATX_INO, &open) == 0 &&
           SYS(statx, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_INO, &there) == 0 &&
           open.stx_ino == there.stx_ino && open.stx_rdev_major == there.stx_rdev_major &&
           open.stx_rdev_minor == there.stx_rdev_minor;
}

/* With a terminal of its own the command has nothing to do with the caller's. */
static int has_own_terminal(void) {
    for (u32 i = 0; i < box.plan.ops; i++)
        if (box.plan.code[i] == OP_TERMINAL)
            return 1;
    return 0;
}

long op_console(const struct args_console *args) {
    char path[4096];
    const char *name;
    int fd = has_own_terminal() ? 3 : 0;
    while (fd <= 2 && !terminal_path(fd, path, sizeof path))
        fd++;
    if (fd > 2)
        return 0;
    int parent = make_parent(args->path, &name);
    if (parent < 0)
        return parent;
    long error = bind_file(path, parent, name);
    SYS(close, parent);
    return error;
}
