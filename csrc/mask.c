/*
 * What the command is not to see, or not to write: files of the kernel's that tell of the host or steer it.
 * A file is covered by the null device, a directory by one empty filesystem that all of them share.
 */
#include "box.h"
#include "mounts.h"
#include "sys.h"
#include <linux/fcntl.h>
#include <linux/mount.h>

#define EMPTY_ATTRIBUTES (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

static int empty_directory = -1; /* the first directory that was hidden */
static int null_device = -1;

void remember_null(int fd) {
    null_device = fd;
}

static long hide_directory(int target) {
    int tree =
        empty_directory < 0
            ? new_filesystem("tmpfs", "", "mode=555,size=4k,nr_inodes=2", EMPTY_ATTRIBUTES)
            : (int)SYS(open_tree, empty_directory, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (tree == -ENOSYS)
        return mount_on_fd("tmpfs", target, "tmpfs", old_flags(EMPTY_ATTRIBUTES),
                           "mode=555,size=4k,nr_inodes=2");
    if (tree < 0)
        return tree;
    long error = attach(tree, target);
    if (error == 0 && empty_directory < 0)
        empty_directory = tree; /* only what is attached can be copied: before 6.15 */
    else
        SYS(close, tree);
    return error;
}

static long hide_file(int target) {
    char path[64];
    if (null_device < 0)
        null_device = resolve("/dev/null", 0);
    if (null_device < 0)
        return null_device;
    int tree = (int)SYS(open_tree, null_device, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (tree == -ENOSYS) {
        descriptor_path(path, null_device);
        return mount_on_fd(path, target, 0, MS_BIND, 0);
    }
    if (tree < 0)
        return tree;
    long error = attach(tree, target);
    SYS(close, tree);
    return error;
}

/* What is not there, or lies below what is hidden already, needs no hiding. */
static int nothing_there(long error) {
    return error == -ENOENT || error == -ENOTDIR;
}

long hide_target(int target) {
    return is_directory(target) ? hide_directory(target) : hide_file(target);
}

long op_mask(const struct args_mask *args) {
    int target = resolve(args->path, 0);
    if (target < 0)
        return nothing_there(target) ? 0 : target;
    long error = hide_target(target);
    SYS(close, target);
    return error;
}

/* By mount(2): bound on itself, and what stands there then is changed. */
static long bind_read_only(const char *path, int target, const struct attributes *wanted) {
    char source[64];
    descriptor_path(source, target);
    long error = mount_on_fd(source, target, 0, MS_BIND | MS_REC, 0);
    int mount = error < 0 ? (int)error : resolve(path, 0);
    if (mount < 0)
        return mount;
    error = set_attributes_old(mount, wanted, 0);
    SYS(close, mount);
    return error;
}

long op_read_only(const struct args_read_only *args) {
    const struct attributes wanted = {.set = MOUNT_ATTR_RDONLY};
    int target = resolve(args->path, 0);
    if (target < 0)
        return nothing_there(target) ? 0 : target;
    /* EINVAL: it is no mount of its own. */
    long error = set_attributes(target, &wanted, 1);
    if (error == -EINVAL) {
        int tree = (int)SYS(open_tree, target, "",
                            AT_EMPTY_PATH | AT_RECURSIVE | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
        error = tree < 0 ? tree : attach_with(tree, target, &wanted, 1);
        SYS(close, tree);
    }
    if (error == -ENOSYS)
        error = bind_read_only(args->path, target, &wanted);
    SYS(close, target);
    return error;
}
