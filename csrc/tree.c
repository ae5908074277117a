/* The tree that becomes the root: a bind of the root filesystem, an overlay over it, or an empty one. */
#include "box.h"
#include "mounts.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/mount.h>
#include <linux/stat.h>

#define MNT_DETACH 2

long op_propagation(const struct args_propagation *args) {
    return SYS(mount, 0, "/", 0, args->kind, 0);
}

/* The working directory stays what it was. */
long op_own_root(void) {
    box.root = (int)SYS(openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    return box.root < 0 ? box.root : 0;
}

/* Where open_tree is not to be had: mount(2) on the working directory, and in again by its name. */
static int bind_by_path(const struct attributes *wanted) {
    char path[4096];
    long error = SYS(getcwd, path, sizeof path);
    if (error < 0)
        return (int)error;
    if (text_equal(path, "/"))
        return -ENOSYS;
    error = SYS(mount, path, path, 0, MS_BIND | MS_REC, 0);
    int mount = error < 0 ? (int)error : (int)SYS(openat, AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (mount >= 0)
        error = set_attributes_old(mount, wanted, 1);
    return error < 0 ? (int)error : mount;
}

/* Stacks a detached mount on the working directory, or on the host's root, which this process looks below. */
static long stack(int mount, const char *place) {
    return SYS(move_mount, mount, "", AT_FDCWD, place, MOVE_MOUNT_F_EMPTY_PATH);
}

/* The working directory followed us into the new mount namespace, so no path is looked up a second time. */
static int copy_root(void) {
    return (int)SYS(open_tree, AT_FDCWD, ".", OPEN_TREE_CLONE | AT_RECURSIVE | OPEN_TREE_CLOEXEC);
}

long op_bind_root(const struct args_bind_root *args) {
    const struct attributes wanted = {.set = args->attributes};
    int tree = box.sources[0] < 0 ? copy_root() : box.sources[0];
    if (tree == -ENOSYS)
        tree = bind_by_path(&wanted);
    else if (tree >= 0) {
        long changed = set_attributes(tree, &wanted, 1);
        long error = changed == -ENOSYS ? 0 : changed;
        if (error == 0)
            error = stack(tree, ".");
        if (error == 0 && changed == -ENOSYS)
            error = set_attributes_old(tree, &wanted, 1);
        if (error < 0)
            return error;
    }
    box.root = tree;
    return tree < 0 ? tree : 0;
}

/* Below the root to be: it vanishes with the host's tree, and what came of it stays. */
long op_scratch(const struct args_scratch *args) {
    /* A copy of the root filesystem that is made afterwards would have the scratch filesystem on it. */
    if (args->bound && box.sources[0] < 0)
        box.sources[0] = copy_root();
    if (args->bound && box.sources[0] < 0)
        return box.sources[0];
    int mount = new_filesystem("tmpfs", "", args->options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
    box.scratch = mount;
    return mount < 0 ? mount : stack(mount, ".");
}

/* Upon the host's root. Paths of this process begin below it, so nothing of the host's is hidden. */
long op_memory_root(const struct args_memory_root *args) {
    int mount = new_filesystem("tmpfs", "", args->options, args->attributes);
    long error = mount < 0 ? mount : stack(mount, "/");
    if (error < 0)
        return error;
    box.root = box.scratch = mount;
    memory_note(mount);
    return 0;
}

long op_remount_root(const struct args_remount_root *args) {
    const struct attributes wanted = {.set = args->attributes};
    long error = set_attributes(box.root, &wanted, (int)args->recursive);
    return error == -ENOSYS ? set_attributes_old(box.root, &wanted, (int)args->recursive) : error;
}

/* 1 where a mount still lies on the root: "/.." leads onto it, though "/" does not. */
static int root_is_covered(void) {
    struct statx root, above;
    return SYS(statx, box.root, "", AT_EMPTY_PATH, STATX_MNT_ID, &root) == 0 &&
           SYS(statx, AT_FDCWD, "/..", 0, STATX_MNT_ID, &above) == 0 && root.stx_mnt_id != above.stx_mnt_id;
}

/*
 * pivot_root(".", ".") stacks the old root on the new one, where it can be detached: see pivot_root(2). Where
 * ROOTFS is that old root, the scratch filesystem lies on it and is detached first.
 */
long op_pivot_root(void) {
    long error = SYS(fchdir, box.root);
    if (error == 0)
        error = SYS(pivot_root, ".", ".");
    if (error == 0)
        error = SYS(umount2, ".", MNT_DETACH);
    while (error == 0 && root_is_covered())
        error = SYS(umount2, ".", MNT_DETACH);
    return error < 0 ? error : SYS(chdir, "/");
}

/* The paths are those of the new root. */
long op_root_propagation(const struct args_root_propagation *args) {
    return SYS(mount, 0, args->path, 0, args->kind, 0);
}

long op_chroot(void) {
    long error = SYS(fchdir, box.root);
    if (error == 0)
        error = SYS(chroot, ".");
    return error < 0 ? error : SYS(chdir, "/");
}
