/*
 * The root filesystem: opened, locked, given its mount points, made the root.
 *
 * Mount points that it lacks are made once and stay, empty, until the last run on it ends: rmdir of a
 * directory detaches whatever another container has mounted on it. So each run holds a shared lock on
 * the root filesystem's directory, writes down what it made, and who gets the lock exclusively removes.
 */
#include "box.h"
#include "mounts.h"
#include "record.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/stat.h>
#include <linux/time_types.h>

#define LOCK_SH 1
#define LOCK_EX 2
#define LOCK_NB 4

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
    record_in(args->state, args->otherwise);
    box.lock = error < 0 ? -1 : box.root;
    return error;
}

static int recorded; /* this run wrote to the record, or tried to */

/* The path of an open directory, as this process sees it. */
static u64 path_of(int fd, char *path, u64 size) {
    char link[64];
    descriptor_path(link, fd);
    long length = SYS(readlinkat, AT_FDCWD, link, path, size - 1);
    path[length > 0 ? length : 0] = 0;
    return length > 0 ? (u64)length : 0;
}

/* `name` in `parent`, without the links by which it was reached: they may lead elsewhere by the end. */
static void true_path(int parent, const char *name, char *path, u64 size) {
    char root[4096], here[4096];
    u64 length = path_of(box.root, root, sizeof root);
    path_of(parent, here, sizeof here);
    const char *end = path + size;
    char *at = text_append(path, end, text_begins(here, root) ? here + length : "");
    text_append(text_append(at, end, "/"), end, name);
}

/* Makes `path`, whose directory is there. EEXIST where another run was quicker. */
static long make_mount_point(const char *path, int file) {
    char copy[4096];
    text_append(copy, copy + sizeof copy, path);
    const char *name = split_parent(copy, path);
    int parent = resolve_following(*copy ? copy : "/", O_DIRECTORY);
    if (parent < 0)
        return parent;
    /* Written down first: a kill in between leaves a name in the record, not a directory in the tree. */
    recorded = 1;
    true_path(parent, name, copy, sizeof copy);
    u32 umask = (u32)SYS(umask, 0);
    long error = record_add(copy);
    if (error == 0)
        error = file ? SYS(openat, parent, name, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0644)
                     : SYS(mkdirat, parent, name, 0755);
    if (error > 0)
        SYS(close, error);
    SYS(umask, umask);
    SYS(close, parent);
    return error < 0 ? error : 0;
}

/* 1 where the root filesystem is the caller's own root, by whatever name: nothing is made there. */
static int is_own_root(void) {
    struct statx root = {0}, own = {0};
    SYS(statx, box.root, "", AT_EMPTY_PATH, STATX_INO, &root);
    SYS(statx, AT_FDCWD, "/", 0, STATX_INO, &own);
    return root.stx_ino == own.stx_ino && root.stx_dev_major == own.stx_dev_major &&
           root.stx_dev_minor == own.stx_dev_minor;
}

/* With links followed, and with the directories above it. */
static long make_way(const char *path, int file) {
    char part[4096];
    long error = 0;
    text_append(part, part + sizeof part, path);
    for (char *end = part, last = '/'; last && error == 0; *end = last) {
        while (*end == '/')
            end++;
        while (*end && *end != '/')
            end++;
        last = *end;
        *end = 0;
        int there = resolve_following(part, last ? O_DIRECTORY : 0);
        if (there == -ENOENT) {
            error = make_mount_point(part, file && !last);
            if (error == -EEXIST)
                there = resolve_following(part, 0);
        }
        if (there >= 0)
            error = SYS(close, there);
        else if (there != -ENOENT)
            error = there;
    }
    return error == -EEXIST ? -ENOENT : error; /* a link that leads nowhere */
}

/* What is to be bound decides whether it is a file. Returns 1, 0, or less where there is nothing. */
static int wants_file(const char *like) {
    struct statx stat;
    long error = *like ? SYS(statx, AT_FDCWD, like, 0, STATX_TYPE, &stat) : 0;
    return error < 0 ? (int)error : *like && (stat.stx_mode & S_IFMT) != S_IFDIR;
}

/* What the link at `path` says, as a path inside, into `path`. Returns 0 where there is no link. */
static int read_link(char *path) {
    char text[4096], directory[4096];
    text_append(directory, directory + sizeof directory, path);
    const char *name = split_parent(directory, path), *end = path + 4096;
    int parent = resolve_following(*directory ? directory : "/", O_DIRECTORY);
    long length = SYS(readlinkat, parent, name, text, sizeof text - 1);
    SYS(close, parent);
    if (length <= 0)
        return 0;
    text[length] = 0;
    char *to = text[0] == '/' ? path : text_append(text_append(path, end, directory), end, "/");
    text_append(to, end, text);
    return 1;
}

static long follow_mount_point(const struct args_mount_point *args) {
    enum { MOST_LINKS = 8 };
    char path[4096];
    text_append(path, path + sizeof path, args->path);
    int there = resolve_following(path, 0);
    if (there >= 0)
        return SYS(close, there);
    if (there != -ENOENT)
        return args->follow == 1 ? there : 0;
    int file = wants_file(args->like);
    if (file < 0)
        return 0; /* an absent source is its own error, or none */
    for (int links = 0; args->follow == 2 && links < MOST_LINKS && read_link(path); links++)
        ;
    long error = is_own_root() ? there : make_way(path, file);
    return args->follow == 1 ? error : 0;
}

long op_mount_point(const struct args_mount_point *args) {
    if (args->slot >= MAX_SLOTS)
        return -EINVAL;
    if (args->follow)
        return follow_mount_point(args);
    int there = resolve(args->path, args->slot ? 0 : O_DIRECTORY);
    if (there == -ENOENT && is_own_root())
        return args->slot ? 0 : there;
    if (there >= 0) {
        SYS(close, there);
        box.made[args->slot] = (u8)(args->slot && record_has(args->path));
        return 0;
    }
    long error = there == -ENOENT ? make_mount_point(args->path, 0) : there;
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

/* rmdir refuses what is no longer empty, and then it stays; so does a file that holds something. */
static void remove_mount_point(const char *path) {
    struct statx stat;
    const char *name;
    int parent = resolve_parent(path, &name);
    if (SYS(unlinkat, parent, name, AT_REMOVEDIR) == -ENOTDIR &&
        SYS(statx, parent, name, AT_SYMLINK_NOFOLLOW, STATX_TYPE | STATX_SIZE, &stat) == 0 &&
        (stat.stx_mode & S_IFMT) == S_IFREG && stat.stx_size == 0)
        SYS(unlinkat, parent, name, 0);
    SYS(close, parent);
}

void remove_mount_points(void) {
    static char paths[RECORD_SIZE];
    if (box.lock < 0)
        return;
    u64 length = record_read(paths, sizeof paths);
    /* On a full disk a record may have been begun that holds nothing: that goes too. */
    if ((length == 0 && !recorded) || SYS(flock, box.lock, LOCK_EX | LOCK_NB) < 0)
        return;
    /* Read again under the lock, and from its end: what is deepest was made last. */
    length = record_read(paths, sizeof paths);
    for (u64 at = length; at > 0;) {
        at--;
        while (at > 0 && paths[at - 1])
            at--;
        if (paths[at] == '/')
            remove_mount_point(paths + at);
    }
    record_remove();
}
