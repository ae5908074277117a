/*
 * The root filesystem: opened, locked, given its mount points, made the root.
 *
 * Mount points that it lacks are made once and stay, empty, until the last run on it ends: rmdir of a
 * directory detaches whatever another container has mounted on it. So each run holds a shared lock on
 * the root filesystem's directory, writes down what it made, and who gets the lock exclusively removes.
 */
#include "box.h"
#include "record.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/mount.h>
#include <linux/stat.h>
#include <linux/time_types.h>

#define LOCK_SH 1
#define LOCK_EX 2
#define LOCK_NB 4
#define MNT_DETACH 2

long op_open_root(const struct args_open_root *args) {
    box.root = (int)SYS(openat, AT_FDCWD, args->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return box.root < 0 ? box.root : SYS(fchdir, box.root);
}

/* The exclusive holder is a run that ends and removes a few directories. Who holds it longer is no nsbox. */
long op_lock_root(const struct args_lock_root *args) {
    struct __kernel_timespec pause = {.tv_nsec = 5000000};
    long error = -EWOULDBLOCK;
    for (int tries = 0; tries < 400 && error == -EWOULDBLOCK; tries++) {
        if (tries > 0)
            SYS(clock_nanosleep, 1, 0, &pause, 0);
        error = SYS(flock, box.root, LOCK_SH | LOCK_NB);
    }
    box.state = args->state;
    box.lock = error < 0 ? -1 : box.root;
    return error;
}

static int recorded; /* this run wrote to the record, or tried to */

static long make_mount_point(const char *path) {
    const char *name;
    int parent = resolve_parent(path, &name);
    if (parent < 0)
        return parent;
    /* Written down first: a kill in between leaves a name in the record, not a directory in the tree. */
    recorded = 1;
    long error = record_add(path);
    if (error == 0)
        error = SYS(mkdirat, parent, name, 0755);
    SYS(close, parent);
    return error;
}

/* 1 where the root filesystem is the caller's own root, by whatever name: nothing is made there. */
static int is_own_root(void) {
    struct statx root = {0}, own = {0};
    SYS(statx, box.root, "", AT_EMPTY_PATH, STATX_INO, &root);
    SYS(statx, AT_FDCWD, "/", 0, STATX_INO, &own);
    return root.stx_ino == own.stx_ino && root.stx_dev_major == own.stx_dev_major &&
           root.stx_dev_minor == own.stx_dev_minor;
}

long op_mount_point(const struct args_mount_point *args) {
    if (args->slot >= MAX_SLOTS)
        return -EINVAL;
    int there = resolve(args->path, args->slot ? 0 : O_DIRECTORY);
    if (there == -ENOENT && is_own_root())
        return args->slot ? 0 : there;
    if (there >= 0) {
        SYS(close, there);
        box.made[args->slot] = (u8)(args->slot && record_has(args->path));
        return 0;
    }
    long error = there == -ENOENT ? make_mount_point(args->path) : there;
    if (error == 0)
        box.made[args->slot] = 1;
    /* Another run was quicker, and the mount point is as much ours as its. */
    if (error == -EEXIST && args->slot) {
        box.made[args->slot] = 1;
        return 0;
    }
    if (error == -EEXIST && (there = resolve(args->path, O_DIRECTORY)) >= 0)
        return SYS(close, there);
    return error;
}

void remove_mount_points(void) {
    char paths[4096];
    if (box.lock < 0)
        return;
    u64 length = record_read(paths, sizeof paths);
    /* On a full disk a record may have been begun that holds nothing: that goes too. */
    if ((length == 0 && !recorded) || SYS(flock, box.lock, LOCK_EX | LOCK_NB) < 0)
        return;
    /* Read again under the lock; rmdir refuses what is no longer empty, and then it stays. */
    length = record_read(paths, sizeof paths);
    for (const char *path = paths; path < paths + length; path = plan_next(path)) {
        const char *name;
        int parent = resolve_parent(path, &name);
        SYS(unlinkat, parent, name, AT_REMOVEDIR);
        SYS(close, parent);
    }
    record_remove();
}

/* Where open_tree is not to be had: mount(2) on the working directory, and in again by its name. */
static int bind_by_path(void) {
    char path[4096];
    long error = SYS(getcwd, path, sizeof path);
    if (error < 0)
        return (int)error;
    if (text_equal(path, "/"))
        return -ENOSYS;
    error = SYS(mount, path, path, 0, 0x1000 | 0x4000, 0); /* MS_BIND | MS_REC */
    return error < 0 ? (int)error : (int)SYS(openat, AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* The working directory followed us into the new mount namespace, so no path is looked up a second time. */
long op_bind_root(const struct args_bind_root *args) {
    (void)args;
    int tree = (int)SYS(open_tree, AT_FDCWD, ".", OPEN_TREE_CLONE | AT_RECURSIVE | OPEN_TREE_CLOEXEC);
    if (tree == -ENOSYS)
        tree = bind_by_path();
    else if (tree >= 0) {
        long error = SYS(move_mount, tree, "", AT_FDCWD, ".", MOVE_MOUNT_F_EMPTY_PATH);
        if (error < 0)
            return error;
    }
    box.root = tree;
    return tree < 0 ? tree : 0;
}

/* pivot_root(".", ".") stacks the old root on the new one, where it can be detached: see pivot_root(2). */
long op_pivot_root(void) {
    long error = SYS(fchdir, box.root);
    if (error == 0)
        error = SYS(pivot_root, ".", ".");
    if (error == 0)
        error = SYS(umount2, ".", MNT_DETACH);
    return error < 0 ? error : SYS(chdir, "/");
}

long op_chroot(void) {
    long error = SYS(fchdir, box.root);
    if (error == 0)
        error = SYS(chroot, ".");
    return error < 0 ? error : SYS(chdir, "/");
}
