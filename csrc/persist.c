/*
 * Namespaces bound in a directory, so that they outlive their processes: see namespaces(7).
 *
 * The directory becomes a mount of its own, and private: below a shared one the kernel binds no mount
 * namespace, and whatever is bound would appear in other mount namespaces. So one umount2(2) takes all of it
 * away. A record in nsbox's own directory says beforehand what will be made; it is locked until the command
 * runs, and then says "kept". One that says "half", and is not locked, is that of a killed monitor.
 */
#include "box.h"
#include "mounts.h"
#include "record.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/stat.h>
#include <linux/time_types.h>

#define MNT_DETACH 2
#define LOCK_EX 2
#define LOCK_NB 4

static const struct {
    u64 flag;
    char name[8];
} kinds[] = {{CLONE_NEWUSER, "user"}, {CLONE_NEWNS, "mnt"},       {CLONE_NEWPID, "pid"},
             {CLONE_NEWNET, "net"},   {CLONE_NEWUTS, "uts"},      {CLONE_NEWIPC, "ipc"},
             {CLONE_NEWTIME, "time"}, {CLONE_NEWCGROUP, "cgroup"}};

static struct {
    const char *path, *state, *otherwise;
    char directory[4096], record[4096];
    u64 files;       /* those that were made, by their kinds */
    int made;        /* the directory was */
    int mounts_stay; /* the mount namespace is bound */
} names;

/* A record of an earlier life of the same container: what that made is ours. */
static void read_record(void) {
    char text[64] = {0};
    SYS(pread64, box.names_record, text, sizeof text - 1, 0);
    if (!text_begins(text, "half ") && !text_begins(text, "kept "))
        return;
    names.made = text[5] == '1';
    for (const char *at = text + 7; *at >= '0' && *at <= '9'; at++)
        names.files = names.files * 10 + (u64)(*at - '0');
}

/* "half 1 1073741824 /path": the directory was made, and in it the file of the kind with that flag. */
static long write_record(void) {
    char text[4200];
    const char *end = text + sizeof text;
    char *at = text_append(text, end, names.made ? "half 1 " : "half 0 ");
    at = text_append(text_append_number(at, end, names.files), end, " ");
    at = text_append(at, end, names.path);
    long written = SYS(pwrite64, box.names_record, text, at - text, 0);
    return written < 0 ? written : written == at - text ? 0 : -ENOSPC;
}

/* Opens the record and locks it. Who looks through all of them may hold it for a moment, and remove it. */
static long open_record(const char *state, const char *id) {
    struct __kernel_timespec pause = {.tv_nsec = 5000000};
    struct statx stat = {0};
    const char *end = names.directory + sizeof names.directory;
    text_append(text_append(names.directory, end, state), end, "/ns-dirs");
    end = names.record + sizeof names.record;
    text_append(text_append(text_append(names.record, end, names.directory), end, "/"), end, id);
    long error = -EWOULDBLOCK;
    for (int tries = 0; tries < 200 && error < 0; tries++) {
        if (tries > 0)
            SYS(clock_nanosleep, 1, 0, &pause, 0);
        SYS(mkdirat, AT_FDCWD, state, 0700);
        SYS(mkdirat, AT_FDCWD, names.directory, 0700);
        int file = above_standard(
            (int)SYS(openat, AT_FDCWD, names.record, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (file < 0 && file != -ENOENT)
            return file;
        error = file < 0 ? file : SYS(flock, file, LOCK_EX | LOCK_NB);
        if (error == 0)
            error = SYS(statx, file, "", AT_EMPTY_PATH, STATX_NLINK, &stat);
        if (error == 0 && stat.stx_nlink == 0)
            error = -ENOENT;
        if (error == 0)
            box.names_record = file;
        else if (file >= 0)
            SYS(close, file);
    }
    return error;
}

/* What is not there will be made: that goes into the record before it is. */
static void look(u64 flags) {
    struct statx stat;
    int directory = (int)SYS(openat, AT_FDCWD, names.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    names.made |= directory == -ENOENT;
    for (u32 i = 0; i < COUNT(kinds); i++)
        if ((flags & kinds[i].flag) &&
            (directory < 0 || SYS(statx, directory, kinds[i].name, AT_SYMLINK_NOFOLLOW, 0, &stat) == -ENOENT))
            names.files |= kinds[i].flag;
    if (directory >= 0)
        SYS(close, directory);
}

static long make_directory(void) {
    u32 umask = (u32)SYS(umask, 0);
    long error = SYS(mkdirat, AT_FDCWD, names.path, 0755);
    SYS(umask, umask);
    return error == -EEXIST ? 0 : error;
}

/* Makes the directory a mount of its own. What is mounted on a shared mount is shared until it is told. */
static long bind_directory(void) {
    char path[64];
    int below = (int)SYS(openat, AT_FDCWD, names.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (below < 0)
        return below;
    int tree = (int)SYS(open_tree, below, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    long error = tree < 0 ? tree : attach(tree, below);
    if (tree == -ENOSYS) {
        descriptor_path(path, below);
        error = mount_on_fd(path, below, 0, MS_BIND, 0);
        tree = (int)SYS(openat, AT_FDCWD, names.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    }
    SYS(close, below);
    if (error == 0)
        box.names = above_standard(tree);
    else if (tree >= 0)
        SYS(close, tree);
    if (error < 0)
        return error;
    descriptor_path(path, box.names);
    return SYS(mount, 0, path, 0, MS_PRIVATE, 0);
}

/* What stands there already is taken where it is an empty file, and holds no namespace. */
static int open_file(const char *name) {
    long fs[17] = {0}; /* struct statfs begins with the filesystem's type */
    struct statx stat = {0};
    int file =
        (int)SYS(openat, box.names, name, O_RDONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0444);
    if (file < 0)
        return file;
    long error = SYS(fstatfs, file, fs);
    if (error == 0 && fs[0] == NSFS_MAGIC)
        error = -EBUSY;
    if (error == 0)
        error = SYS(statx, file, "", AT_EMPTY_PATH, STATX_TYPE | STATX_SIZE, &stat);
    if (error == 0 && ((stat.stx_mode & S_IFMT) != S_IFREG || stat.stx_size > 0))
        error = -EEXIST;
    if (error == 0)
        return file;
    SYS(close, file);
    return (int)error;
}

static long bind_kind(s32 pid, const char *name) {
    char source[64];
    const char *end = source + sizeof source;
    char *at = text_append_number(text_append(source, end, "/proc/"), end, (u64)pid);
    text_append(text_append(at, end, "/ns/"), end, name);
    int file = open_file(name);
    if (file < 0)
        return file;
    long error = mount_on_fd(source, file, 0, MS_BIND, 0);
    SYS(close, file);
    return error;
}

/*
 * A mount namespace is bound only in one that the kernel takes for older. It counts them by numbers that,
 * since about Linux 6.18, each processor takes from a store of its own: in a mount namespace that was made
 * after the machine's first one, the order of two may be the wrong one, and nothing changes it.
 */
static long without_mounts(long error, u64 flags) {
    names.mounts_stay = error == 0 && (flags & CLONE_NEWNS);
    if (error != -EINVAL || flags == CLONE_NEWNS)
        return error;
    SYS(write, 2, names.otherwise, text_length(names.otherwise));
    if (names.files & CLONE_NEWNS)
        SYS(unlinkat, box.names, "mnt", 0);
    return 0;
}

static long bind_all(s32 pid, u64 flags) {
    look(flags);
    long error = write_record();
    if (error == 0)
        error = make_directory();
    if (error == 0)
        error = bind_directory();
    for (u32 i = 0; i < COUNT(kinds) && error == 0; i++) {
        if (flags & kinds[i].flag)
            error = bind_kind(pid, kinds[i].name);
        if (kinds[i].flag == CLONE_NEWNS)
            error = without_mounts(error, flags);
    }
    return error;
}

static long bind_in(const char *state, const char *id, s32 pid, u64 flags) {
    const char *path = names.path;
    names.state = state;
    long error = open_record(state, id);
    if (error < 0)
        return error;
    read_record();
    if (names.files) /* started again: those of the life before give way */
        SYS(umount2, path, MNT_DETACH);
    return bind_all(pid, flags);
}

/* The cgroup namespace that is to stay is made by the child, once it is in its groups. */
static long await_child(void) {
    struct __kernel_timespec pause = {.tv_nsec = 200000};
    for (int tries = 0; tries < 25000 && box.told->step == 0; tries++) {
        if (box.told->error == REACHED_CGROUPS)
            return 0;
        SYS(clock_nanosleep, 1, 0, &pause, 0);
    }
    return -ECHILD;
}

long op_bind_namespaces(const struct args_bind_namespaces *args) {
    long error = args->flags & CLONE_NEWCGROUP ? await_child() : 0;
    if (error < 0)
        return error;
    names.path = args->path;
    names.otherwise = args->otherwise;
    return bind_in(args->state, args->id, box.child, args->flags);
}

long op_keep_namespaces(const struct args_keep_namespaces *args) {
    names.path = args->path;
    names.otherwise = args->otherwise;
    return bind_in(args->state, args->id, (s32)args->pid, args->flags);
}

static void let_go(void) {
    SYS(close, box.names);
    SYS(close, box.names_record);
    box.names = box.names_record = -1;
}

void names_stay(void) {
    if (box.names_record < 0)
        return;
    if (names.mounts_stay)
        record_needed();
    SYS(pwrite64, box.names_record, "kept", 4, 0);
    let_go();
}

int names_hold_mounts(void) {
    return names.mounts_stay;
}

void names_undo(void) {
    char path[64];
    names.mounts_stay = 0;
    if (box.names_record < 0)
        return;
    if (box.names >= 0) {
        descriptor_path(path, box.names);
        SYS(umount2, path, MNT_DETACH);
    } else
        box.names = (int)SYS(openat, AT_FDCWD, names.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (u32 i = 0; i < COUNT(kinds); i++)
        if (names.files & kinds[i].flag)
            SYS(unlinkat, box.names, kinds[i].name, 0);
    if (names.made)
        SYS(unlinkat, AT_FDCWD, names.path, AT_REMOVEDIR);
    SYS(unlinkat, AT_FDCWD, names.record, 0);
    SYS(unlinkat, AT_FDCWD, names.directory, AT_REMOVEDIR);
    SYS(unlinkat, AT_FDCWD, names.state, AT_REMOVEDIR);
    let_go();
}
