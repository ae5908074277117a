/*
 * Binds. Sources are opened before anything is mounted, as copies of the host's mounts that nobody sees yet:
 * what is mounted over their paths later does not matter.
 */
#include "box.h"
#include "handover.h"
#include "mounts.h"
#include "proc.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/mount.h>
#include <linux/resource.h>

#define NO_FILES (~0UL)
#define IF_POSSIBLE 2 /* idmap: else as they are */

static u64 usual_files = NO_FILES; /* the soft limit on open files that the command gets */
static int opened_by_path;         /* no open_tree(2): the slots hold paths, and mount(2) binds them */

static int copy_tree(const char *path, u64 recursive) {
    return (int)SYS(open_tree, AT_FDCWD, path,
                    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? AT_RECURSIVE : 0));
}

static long keep(u64 slot, int fd) {
    if (fd < 0 || slot >= MAX_SOURCES) {
        SYS(close, fd);
        return fd < 0 ? fd : -EINVAL;
    }
    box.sources[slot] = fd;
    return 0;
}

long op_open_source(const struct args_open_source *args) {
    int fd = copy_tree(args->path, args->recursive);
    if (fd == -ENOSYS) {
        opened_by_path = 1;
        fd = (int)SYS(openat, AT_FDCWD, args->path, O_PATH | O_CLOEXEC);
    }
    return fd == -ENOENT && args->optional ? 0 : keep(args->slot, fd);
}

/*
 * What the monitor handed over for the slot is a mount that stands nowhere, and before Linux 6.15 only what
 * is attached can be a layer: it goes below the root to be, and away with the host's tree.
 */
long op_open_layer(const struct args_open_layer *args) {
    if (args->slot < MAX_SOURCES && box.sources[args->slot] >= 0)
        return SYS(move_mount, box.sources[args->slot], "", AT_FDCWD, ".", MOVE_MOUNT_F_EMPTY_PATH);
    return keep(args->slot, (int)SYS(openat, AT_FDCWD, args->path, O_PATH | O_DIRECTORY | O_CLOEXEC));
}

long op_open_image(const struct args_open_image *args) {
    return keep(args->slot, (int)SYS(openat, AT_FDCWD, args->path, O_RDONLY | O_CLOEXEC));
}

/* The child inherits it: every source is a descriptor until it is mounted. */
long op_more_files(void) {
    struct rlimit64 limit;
    long error = SYS(prlimit64, 0, RLIMIT_NOFILE, 0, &limit);
    if (error < 0)
        return error;
    usual_files = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    return SYS(prlimit64, 0, RLIMIT_NOFILE, &limit, 0);
}

long op_usual_files(void) {
    struct rlimit64 limit;
    long error = SYS(prlimit64, 0, RLIMIT_NOFILE, 0, &limit);
    if (error < 0 || usual_files == NO_FILES)
        return error;
    limit.rlim_cur = usual_files;
    return SYS(prlimit64, 0, RLIMIT_NOFILE, &limit, 0);
}

/* Maps the owners of a mount that nobody sees yet as the child's user namespace maps ids. */
static long map_owners(int tree, u64 recursive) {
    char path[64];
    proc_path(path, sizeof path, box.child, "ns/user");
    int user = (int)SYS(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (user < 0)
        return user;
    struct mount_attr change = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (u64)user};
    long error =
        SYS(mount_setattr, tree, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), &change, sizeof change);
    SYS(close, user);
    return error;
}

/* Copies a tree, with its owners mapped where that is wanted, for the child. */
static long hand_over(u64 slot, const char *path, u64 recursive, u64 idmap, const char *otherwise) {
    int tree = copy_tree(path, recursive);
    if (tree < 0)
        return tree;
    long error = idmap ? map_owners(tree, recursive) : 0;
    if (error < 0 && idmap == IF_POSSIBLE) {
        SYS(write, 2, otherwise, text_length(otherwise));
        error = 0;
    }
    if (error == 0)
        error = handover_send(box.channel, (u32)slot, tree);
    SYS(close, tree);
    return error;
}

long op_hand_source(const struct args_hand_source *args) {
    long error = hand_over(args->slot, args->path, args->recursive, args->idmap, args->otherwise);
    return error == -ENOENT && args->optional ? 0 : error;
}

/* The working directory is the root filesystem. */
long op_idmap_root(const struct args_idmap_root *args) {
    long error = hand_over(0, ".", 1, 1, "");
    if (error == 0 || args->needed)
        return error;
    SYS(write, 2, args->otherwise, text_length(args->otherwise));
    return 0;
}

/* By mount(2): the bind first, then what it changes, on what stands there now. */
static long bind_by_path(int source, int target, const struct args_bind *args,
                         const struct attributes *wanted) {
    char path[64];
    descriptor_path(path, source);
    if (wanted->propagation && wanted->propagation != MS_PRIVATE)
        return -ENOSYS;
    long error = mount_on_fd(path, target, 0, MS_BIND | (args->recursive ? MS_REC : 0), 0);
    if (error < 0)
        return error;
    int mount = open_target(args->target, 1);
    if (mount < 0)
        return mount;
    error = set_attributes_old(mount, wanted, (int)args->recursive);
    SYS(close, mount);
    return error;
}

long op_bind(const struct args_bind *args) {
    const struct attributes wanted = {args->set, args->clear, args->propagation};
    int tree = args->slot < MAX_SOURCES ? box.sources[args->slot] : -1;
    if (tree < 0)
        return 0;
    int target = open_target(args->target, is_directory(tree));
    if (target < 0)
        return target;
    long error = opened_by_path ? bind_by_path(tree, target, args, &wanted)
                                : attach_with(tree, target, &wanted, (int)args->recursive);
    SYS(close, target);
    SYS(close, tree);
    box.sources[args->slot] = -1;
    return error;
}
