/* What is mounted in the root filesystem, and what is made in those mounts. Targets: see resolve.c. */
#include "box.h"
#include "sys.h"
#include "text.h"
#include <asm/ioctls.h>
#include <linux/fcntl.h>
#include <linux/mount.h>
#include <linux/stat.h>

/* mount(2) on an open descriptor, for kernels and sandboxes without the newer calls. */
static long mount_on_fd(const char *source, int target, const char *type, u64 flags, const char *options) {
    char path[64];
    text_append_number(text_append(path, path + sizeof path, "/proc/self/fd/"), path + sizeof path,
                       (u64)target);
    return SYS(mount, source, path, type, flags, options);
}

/* Hands "a=b,?c=d" to fsconfig(2), one option at a time. What a question mark leads may be refused. */
static long configure(int fs, const char *options) {
    char copy[256];
    const char *end = copy + sizeof copy;
    long error = 0;
    while (*options && error == 0) {
        char *value = 0, *to = copy;
        int optional = *options == '?';
        for (options += optional; *options && *options != ','; options++) {
            if (to + 1 >= end)
                return -EINVAL;
            if (*options == '=' && !value) {
                *to++ = 0;
                value = to;
            } else
                *to++ = *options;
        }
        *to = 0;
        options += *options == ',';
        error = value ? SYS(fsconfig, fs, FSCONFIG_SET_STRING, copy, value, 0)
                      : SYS(fsconfig, fs, FSCONFIG_SET_FLAG, copy, 0, 0);
        if (optional)
            error = 0;
    }
    return error < 0 ? error : SYS(fsconfig, fs, FSCONFIG_CMD_CREATE, 0, 0, 0);
}

/* The same for mount(2), which takes them all at once: first with what is optional, then without. */
static long mount_old(const struct args_mount *args, int target) {
    char all[256], needed[256];
    char *a = all, *n = needed;
    int optional = 0;
    for (const char *at = args->options; *at && a + 1 < all + sizeof all; at++) {
        if (*at == '?')
            optional = 1;
        else {
            *a++ = *at;
            if (!optional)
                *n++ = *at;
        }
        if (*at == ',')
            optional = 0;
    }
    *a = *n = 0;
    long error = mount_on_fd(args->type, target, args->type, args->attributes, all);
    return error == -EINVAL ? mount_on_fd(args->type, target, args->type, args->attributes, needed) : error;
}

static long mount_new(const struct args_mount *args, int target) {
    int fs = (int)SYS(fsopen, args->type, FSOPEN_CLOEXEC);
    if (fs == -ENOSYS)
        return mount_old(args, target);
    if (fs < 0)
        return fs;
    /* The source says nothing for these types, but mount(8) shows it. */
    long error = SYS(fsconfig, fs, FSCONFIG_SET_STRING, "source", args->type, 0);
    if (error == 0)
        error = configure(fs, args->options);
    int mount = error < 0 ? (int)error : (int)SYS(fsmount, fs, FSMOUNT_CLOEXEC, args->attributes);
    SYS(close, fs);
    if (mount < 0)
        return mount;
    error = SYS(move_mount, mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
    SYS(close, mount);
    return error;
}

long op_mount(const struct args_mount *args) {
    if (args->when >= MAX_SLOTS || (args->when && !box.made[args->when]))
        return 0;
    int target = resolve(args->target, O_DIRECTORY);
    if (target < 0)
        return target;
    long error = mount_new(args, target);
    SYS(close, target);
    return error;
}

long op_propagation(const struct args_propagation *args) {
    return SYS(mount, 0, "/", 0, args->kind, 0);
}

long op_root_propagation(const struct args_root_propagation *args) {
    return SYS(mount, 0, "/", 0, args->kind, 0);
}

/*
 * Opens the directory that `path` is in, which must be the root of a mount. Who may rename in the root
 * filesystem could put another directory in the place of the /dev that was just mounted, and what is made
 * there would stay on the host.
 */
static int mounted_parent(const char *path, const char **name) {
    struct statx stat;
    int parent = resolve_parent(path, name);
    if (parent < 0)
        return parent;
    long error = SYS(statx, parent, "", AT_EMPTY_PATH, 0, &stat);
    if (error == 0 && (stat.stx_attributes & STATX_ATTR_MOUNT_ROOT))
        return parent;
    SYS(close, parent);
    return error < 0 ? (int)error : -EXDEV;
}

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
        error = mount_on_fd(source, target, 0, 0x1000, 0); /* MS_BIND */
    else if (tree < 0)
        error = tree;
    else {
        error = SYS(move_mount, tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
        SYS(close, tree);
    }
    SYS(close, target);
    return error;
}

/* 0 where `path` is the character device major:minor. */
static long check_device(const char *path, u64 major, u64 minor) {
    struct statx stat;
    long error = SYS(statx, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &stat);
    if (error < 0)
        return error;
    return (stat.stx_mode & 0170000) == 0020000 && stat.stx_rdev_major == major &&
                   stat.stx_rdev_minor == minor
               ? 0
               : -ENODEV;
}

long op_device(const struct args_device *args) {
    const char *name;
    int parent = mounted_parent(args->path, &name);
    if (parent < 0)
        return parent;
    u64 number = (args->minor & 0xff) | args->major << 8 | (args->minor & ~0xffUL) << 12;
    long error = SYS(mknodat, parent, name, args->type | 0666, number);
    if (error == -EPERM && (error = check_device(args->source, args->major, args->minor)) == 0)
        error = bind_file(args->source, parent, name);
    SYS(close, parent);
    return error;
}

long op_make_dir(const struct args_make_dir *args) {
    const char *name;
    int parent = mounted_parent(args->path, &name);
    if (parent < 0)
        return parent;
    long error = SYS(mkdirat, parent, name, args->mode);
    SYS(close, parent);
    return error;
}

long op_symlink(const struct args_symlink *args) {
    const char *name;
    int parent = mounted_parent(args->path, &name);
    if (parent < 0)
        return parent;
    long error = SYS(symlinkat, args->target, parent, name);
    SYS(close, parent);
    return error;
}

/* The path of descriptor `fd` in this mount namespace, where it is a terminal that still stands there. */
static int terminal_path(int fd, char *path, u64 size) {
    char link[64], modes[64];
    struct statx there, open;
    if (SYS(ioctl, fd, TCGETS, modes) < 0)
        return 0;
    text_append_number(text_append(link, link + sizeof link, "/proc/self/fd/"), link + sizeof link, (u64)fd);
    long length = SYS(readlinkat, AT_FDCWD, link, path, size - 1);
    if (length <= 0)
        return 0;
    path[length] = 0;
    return SYS(statx, fd, "", AT_EMPTY_PATH, STATX_INO, &open) == 0 &&
           SYS(statx, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_INO, &there) == 0 &&
           open.stx_ino == there.stx_ino && open.stx_rdev_major == there.stx_rdev_major &&
           open.stx_rdev_minor == there.stx_rdev_minor;
}

long op_console(const struct args_console *args) {
    char path[4096];
    const char *name;
    int fd = 0;
    while (fd <= 2 && !terminal_path(fd, path, sizeof path))
        fd++;
    if (fd > 2)
        return 0;
    int parent = mounted_parent(args->path, &name);
    if (parent < 0)
        return parent;
    long error = bind_file(path, parent, name);
    SYS(close, parent);
    return error;
}
