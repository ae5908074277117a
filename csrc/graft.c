/*
 * Mounts in containers that run. Each step that is done in another namespace is done by a process of its own,
 * which ends with it and never is in the container's PID namespace: the monitor stays where it can word what
 * failed. Targets are looked up below the container's root by descriptor, whatever the container does to
 * paths.
 */
#include "box.h"
#include "enter.h"
#include "handover.h"
#include "mounts.h"
#include "sys.h"
#include "text.h"
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/mount.h>
#include <linux/nsfs.h>
#include <linux/prctl.h>
#include <linux/sched.h>

#define MNT_DETACH 2
#define UMOUNT_NOFOLLOW 8

/* What was attached, by container: the mount, its namespace, and how that is entered. */
static struct {
    int tree;
    u64 join;
} attached[MAX_TARGETS];
static u32 attached_bits[MAX_TARGETS / 32];

/* Where the process that does a step sends what it made. */
static int sender = -1;

/* Does `work` in a process of its own and returns its result. What that sends is kept, by slot. */
static long apart(long (*work)(const void *), const void *args) {
    int pair[2], fd;
    u32 slot;
    long error = SYS(socketpair, 1, 1 | O_CLOEXEC, 0, pair); /* AF_UNIX, SOCK_STREAM */
    /* PROT_READ|PROT_WRITE, MAP_SHARED|MAP_ANONYMOUS */
    long memory = error < 0 ? error : SYS(mmap, 0, sizeof(long), 3, 0x21, -1, 0);
    if (memory < 0 && memory > -4096)
        return memory;
    long *result = (long *)memory;
    *result = -EIO;
    long child = SYS(clone, SIGCHLD, 0, 0, 0, 0);
    if (child == 0) {
        SYS(close, pair[0]);
        SYS(prctl, PR_SET_DUMPABLE, 0);
        sender = pair[1];
        *result = work(args);
        leave(0);
    }
    SYS(close, pair[1]);
    if (child > 0) {
        SYS(wait4, child, 0, 0, 0);
        while (handover_take(pair[0], &slot, &fd) == 1 && slot < MAX_SOURCES)
            box.sources[slot] = fd;
        error = *result;
    } else
        error = child;
    SYS(close, pair[0]);
    SYS(munmap, memory, sizeof(long));
    return error;
}

/* The rights over a mount namespace are those in the user namespace that owns it. */
static long join_owner(u64 container) {
    int owner = (int)SYS(ioctl, targets[container].mounts, NS_GET_USERNS);
    long error = owner < 0 ? owner : SYS(setns, owner, CLONE_NEWUSER);
    SYS(close, owner);
    SYS(prctl, PR_SET_DUMPABLE, 0);
    return error;
}

static long enter_mounts(u64 container, u64 join) {
    long error = join ? join_owner(container) : 0;
    box.root = targets[container].root;
    return error < 0 ? error : SYS(setns, targets[container].mounts, CLONE_NEWNS);
}

/* The caller's mounts, as a copy that who joined the container's user namespace has rights over. */
static long copy_callers(u64 container, u64 join) {
    long error = join ? join_owner(container) : 0;
    return error < 0 ? error : SYS(unshare, CLONE_NEWNS);
}

static long copy_tree(const void *data) {
    const struct args_copy_tree *args = data;
    const struct attributes wanted = {args->set, args->clear, args->propagation};
    long error = args->join ? copy_callers(args->container, 1) : 0;
    if (error < 0)
        return error;
    int tree = (int)SYS(open_tree, AT_FDCWD, args->path,
                        OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (args->recursive ? AT_RECURSIVE : 0));
    if (tree < 0)
        return tree;
    error = set_attributes(tree, &wanted, (int)args->recursive);
    return error < 0 ? error : handover_send(sender, (u32)args->slot, tree);
}

static int is_known(u64 slot, u64 container) {
    return slot < MAX_SOURCES && container < target_count && targets[container].mounts >= 0 &&
           targets[container].root >= 0;
}

long op_copy_tree(const struct args_copy_tree *args) {
    return is_known(args->slot, args->container) ? apart(copy_tree, args) : -EINVAL;
}

/* Copies can be had of what is attached alone: so it is stacked on the root of a copy of all mounts. */
static long shared_tree(const void *data) {
    const struct args_shared_tree *args = data;
    long error = copy_callers(args->container, args->join);
    if (error == 0)
        error = SYS(mount, 0, "/", 0, MS_REC | MS_PRIVATE, 0);
    if (error < 0)
        return error;
    int mount = new_filesystem("tmpfs", "", args->options, args->set);
    error = mount < 0 ? mount : SYS(move_mount, mount, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH);
    for (u32 slot = 1; error == 0 && slot <= args->count; slot++) {
        int tree = (int)SYS(open_tree, mount, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
        error = tree < 0 ? tree : handover_send(sender, slot, tree);
        SYS(close, tree);
    }
    return error;
}

long op_shared_tree(const struct args_shared_tree *args) {
    return is_known(args->count, args->container) ? apart(shared_tree, args) : -EINVAL;
}

static long attach_tree(const void *data) {
    const struct args_attach_tree *args = data;
    int tree = box.sources[args->slot];
    long error = enter_mounts(args->container, args->join);
    if (error < 0)
        return error;
    int directory = is_directory(tree), target = open_target(args->target, directory);
    if (target < 0)
        return target;
    if (is_directory(target) != directory)
        return directory ? -ENOTDIR : -EISDIR;
    return attach(tree, target);
}

long op_attach_tree(const struct args_attach_tree *args) {
    if (!is_known(args->slot, args->container) || box.sources[args->slot] < 0)
        return -EINVAL;
    long error = apart(attach_tree, args);
    if (error == 0) {
        attached[args->container].tree = box.sources[args->slot];
        attached[args->container].join = args->join;
        attached_bits[args->container / 32] |= 1U << args->container % 32;
    }
    return error;
}

static long take_away(const void *data) {
    u64 container = *(const u64 *)data;
    long error = enter_mounts(container, attached[container].join);
    if (error == 0)
        error = SYS(fchdir, attached[container].tree);
    return error < 0 ? error : SYS(umount2, ".", MNT_DETACH);
}

void detach_trees(void) {
    for (u64 container = 0; container < target_count; container++)
        if (attached_bits[container / 32] & 1U << container % 32)
            apart(take_away, &container);
}

/* 1 where `path` is one of `list` ("/proc,/sys"), or lies below. */
static int lies_below(const char *path, const char *list) {
    char one[256];
    for (const char *at = list; *at; at += *at == ',') {
        char *to = one;
        for (; *at && *at != ','; at++)
            if (to + 1 < one + sizeof one)
                *to++ = *at;
        *to = 0;
        u64 length = text_length(one);
        if (text_begins(path, one) && (path[length] == 0 || path[length] == '/'))
            return 1;
    }
    return 0;
}

/*
 * Below the container's root, where it really is: a path is worth nothing where links lead on. Without
 * MNT_DETACH a mount that is held open, by us as well, is busy: so it is named from its directory.
 */
static long detach_tree(const void *data) {
    const struct args_detach_tree *args = data;
    char path[4096];
    long error = enter_mounts(args->container, args->join);
    text_append(path, path + sizeof path, args->target);
    const char *name = split_parent(path, args->target);
    int parent = error < 0 ? (int)error : resolve_following(*path ? path : "/", O_DIRECTORY);
    if (parent < 0)
        return parent;
    error = SYS(fchdir, box.root);
    if (error == 0)
        error = SYS(chroot, ".");
    if (error == 0)
        error = SYS(fchdir, parent);
    if (error == 0)
        error = SYS(getcwd, path, sizeof path);
    if (error < 0)
        return error;
    SYS(close, parent);
    char *end = path + text_length(path);
    if (end > path + 1)
        end = text_append(end, path + sizeof path, "/");
    text_append(end, path + sizeof path, name);
    if (lies_below(path, args->keep))
        return -EPERM;
    return SYS(umount2, name, UMOUNT_NOFOLLOW | (args->lazy ? MNT_DETACH : 0));
}

long op_detach_tree(const struct args_detach_tree *args) {
    return is_known(0, args->container) ? apart(detach_tree, args) : -EINVAL;
}
