/*
 * Overlays. Layers are handed over as /proc/self/fd/N, so that no path is looked up twice: one by one
 * ("lowerdir+", Linux 6.5), or before that as one list, with /proc/self/fd as the working directory, since
 * a page is all that mount(2) takes.
 */
#include "box.h"
#include "mounts.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/mount.h>
#include <linux/stat.h>

#define NONE (~0UL) /* upper: there is none */

struct layers {
    const char *lower; /* slots, the top one first */
    int root;          /* the root filesystem, slot 0 */
    int upper, work;
};

static int layer(const struct layers *layers, u64 slot) {
    return slot == 0 ? layers->root : slot < MAX_SOURCES ? box.sources[slot] : -1;
}

static const char *next_slot(const char *list, u64 *slot) {
    for (*slot = 0; *list >= '0' && *list <= '9'; list++)
        *slot = *slot * 10 + (u64)(*list - '0');
    return *list == ',' ? list + 1 : list;
}

static long set_layer(int fs, const char *key, int fd) {
    char path[64];
    descriptor_path(path, fd);
    return SYS(fsconfig, fs, FSCONFIG_SET_STRING, key, path, 0);
}

static int mount_one_by_one(const struct layers *layers, const struct args_overlay *args) {
    u64 slot;
    int fs = (int)SYS(fsopen, "overlay", FSOPEN_CLOEXEC);
    if (fs < 0)
        return fs;
    long error = SYS(fsconfig, fs, FSCONFIG_SET_STRING, "source", "overlay", 0);
    for (const char *at = layers->lower; *at && error == 0;) {
        at = next_slot(at, &slot);
        error = set_layer(fs, "lowerdir+", layer(layers, slot));
    }
    if (error == 0 && layers->upper >= 0)
        error = set_layer(fs, "upperdir", layers->upper);
    if (error == 0 && layers->upper >= 0)
        error = set_layer(fs, "workdir", layers->work);
    if (error == 0 && *args->options)
        error = SYS(fsconfig, fs, FSCONFIG_SET_FLAG, args->options, 0, 0);
    if (error == 0)
        error = SYS(fsconfig, fs, FSCONFIG_CMD_CREATE, 0, 0, 0);
    int mount = error < 0 ? (int)error : (int)SYS(fsmount, fs, FSMOUNT_CLOEXEC, args->attributes);
    SYS(close, fs);
    return mount;
}

/* Mounts on the directory `target` by mount(2). */
static long mount_list(const struct layers *layers, const struct args_overlay *args, int target) {
    char options[4096];
    const char *end = options + sizeof options;
    u64 slot;
    char *to = text_append(options, end, "lowerdir=");
    for (const char *at = layers->lower; *at;) {
        at = next_slot(at, &slot);
        to = text_append_number(to, end, (u64)layer(layers, slot));
        to = text_append(to, end, *at ? ":" : "");
    }
    if (layers->upper >= 0) {
        to = text_append_number(text_append(to, end, ",upperdir="), end, (u64)layers->upper);
        to = text_append_number(text_append(to, end, ",workdir="), end, (u64)layers->work);
    }
    to = text_append(text_append(to, end, *args->options ? "," : ""), end, args->options);
    if (to + 1 >= end)
        return -E2BIG;
    int here = (int)SYS(openat, AT_FDCWD, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    long error = here < 0 ? here : SYS(chdir, "/proc/self/fd");
    if (error == 0) {
        error = mount_on_fd("overlay", target, "overlay", old_flags(args->attributes), options);
        SYS(fchdir, here);
    }
    SYS(close, here);
    return error;
}

/* A directory of the scratch filesystem: the upper layer, with the mode and owner of what it lies over. */
static int make_layer(const char *kind, u64 number, int like) {
    struct statx stat = {.stx_mode = 0755};
    char name[32];
    text_append_number(text_append(name, name + sizeof name, kind), name + sizeof name, number);
    SYS(statx, like, "", AT_EMPTY_PATH, STATX_MODE | STATX_UID | STATX_GID, &stat);
    long error = SYS(mkdirat, box.scratch, name, stat.stx_mode & 07777);
    if (error == 0)
        SYS(fchownat, box.scratch, name, stat.stx_uid, stat.stx_gid, AT_SYMLINK_NOFOLLOW);
    return error < 0 ? (int)error
                     : (int)SYS(openat, box.scratch, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* The layer that the root filesystem is: its copy with mapped owners has to be attached first (Linux 6.x). */
static int open_root_layer(void) {
    if (box.sources[0] < 0)
        return (int)SYS(openat, AT_FDCWD, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    long error = SYS(move_mount, box.sources[0], "", AT_FDCWD, ".", MOVE_MOUNT_F_EMPTY_PATH);
    return error < 0 ? (int)error : box.sources[0];
}

static long find_layers(struct layers *layers, const struct args_overlay *args) {
    static u64 count;
    u64 top;
    next_slot(layers->lower, &top);
    if (!*args->target && (layers->root = open_root_layer()) < 0)
        return layers->root;
    if (args->upper == NONE)
        return 0;
    if (args->upper) {
        layers->upper = layer(layers, args->upper);
        layers->work = layer(layers, args->work);
    } else {
        layers->upper = make_layer("upper-", ++count, layer(layers, top));
        layers->work = make_layer("work-", count, layers->upper);
    }
    return layers->upper < 0 ? layers->upper : layers->work < 0 ? layers->work : 0;
}

/* Where overlayfs cannot write to the work directory it says nothing, and takes no changes at all. */
static long takes_changes(int mount, const struct args_overlay *args) {
    return !(args->attributes & MOUNT_ATTR_RDONLY) && has_attribute(mount, MOUNT_ATTR_RDONLY) ? -EROFS : 0;
}

/* Stacks it on the working directory, and it is the root to be. */
static long place_root(int mount) {
    long error = SYS(move_mount, mount, "", AT_FDCWD, ".", MOVE_MOUNT_F_EMPTY_PATH);
    if (error == 0)
        box.root = mount;
    return error;
}

/* By mount(2) the new root has to be found again, by the name of the working directory. */
static long place_root_by_path(const struct layers *layers, const struct args_overlay *args) {
    char path[4096];
    long error = SYS(getcwd, path, sizeof path);
    if (error < 0)
        return error;
    int here = (int)SYS(openat, AT_FDCWD, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    error = mount_list(layers, args, here);
    SYS(close, here);
    if (error < 0)
        return error;
    box.root = (int)SYS(openat, AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return box.root < 0 ? box.root : 0;
}

static long place_by_path(const struct layers *layers, const struct args_overlay *args, int target) {
    long error = mount_list(layers, args, target);
    int mount = error < 0 ? (int)error : open_target(args->target, 1);
    error = mount < 0 ? mount : 0;
    if (error == 0 && layers->upper >= 0) {
        memory_note(mount);
        error = takes_changes(mount, args);
    }
    SYS(close, mount);
    return error;
}

long op_overlay(const struct args_overlay *args) {
    struct layers layers = {args->lower, -1, -1, -1};
    int target = *args->target ? open_target(args->target, 1) : -1;
    if (*args->target && target < 0)
        return target;
    long error = find_layers(&layers, args);
    if (error == 0) {
        int mount = mount_one_by_one(&layers, args);
        /* Before 6.5 a list, which mount(2) alone takes whole. */
        int old = mount == -ENOSYS || mount == -EINVAL;
        if (old)
            error = target < 0 ? place_root_by_path(&layers, args) : place_by_path(&layers, args, target);
        else
            error = mount < 0 ? mount : target < 0 ? place_root(mount) : attach(mount, target);
        if (error == 0 && layers.upper >= 0 && (target < 0 || !old)) {
            memory_note(target < 0 ? box.root : mount);
            error = takes_changes(target < 0 ? box.root : mount, args);
        }
        if (target >= 0)
            SYS(close, mount);
    }
    SYS(close, target);
    return error;
}
