/*
 * A name for a network namespace, as ip-netns(8) makes them: a file in a directory of their own, with the
 * namespace bound over it. The directory is a shared mount, so that a name appears in, and goes from, every
 * mount namespace that was copied from this one.
 */
#include "box.h"
#include "mounts.h"
#include "proc.h"
#include "sys.h"
#include "text.h"
#include "undo.h"
#include <linux/fcntl.h>
#include <linux/mount.h>
#include <linux/sched.h>

#define LOCK_EX 2
#define MNT_DETACH 2
#define ST_RDONLY 1

static int open_directory(const char *path) {
    return above_standard((int)SYS(openat, AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

/* A mount of its own, and shared, as ip(8) wants it; two that begin at once would mount it twice. */
static long share_directory(const char *path) {
    u32 umask = (u32)SYS(umask, 0);
    long error = SYS(mkdirat, AT_FDCWD, path, 0755);
    SYS(umask, umask);
    if (error < 0 && error != -EEXIST)
        return error;
    int lock = open_directory(path);
    if (lock < 0)
        return lock;
    error = SYS(flock, lock, LOCK_EX);
    if (error == 0)
        error = SYS(mount, "", path, 0, MS_SHARED | MS_REC, 0);
    if (error == -EINVAL) {
        error = SYS(mount, path, path, 0, MS_BIND | MS_REC, 0);
        if (error == 0)
            error = SYS(mount, "", path, 0, MS_SHARED | MS_REC, 0);
    }
    SYS(close, lock);
    return error;
}

/* Binds that of `pid`, or a new one, in which this process is for as long as that takes. */
static long bind_network(s32 pid, int file) {
    char source[64];
    proc_path(source, sizeof source, pid, "ns/net");
    if (pid)
        return mount_on_fd(source, file, 0, MS_BIND, 0);
    int home = above_standard((int)SYS(openat, AT_FDCWD, "/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
    if (home < 0)
        return home;
    long error = SYS(unshare, CLONE_NEWNET);
    if (error == 0) {
        error = mount_on_fd("/proc/self/ns/net", file, 0, MS_BIND, 0);
        SYS(setns, home, CLONE_NEWNET);
    }
    SYS(close, home);
    return error;
}

/* Written down first; what is there already is somebody else's. */
static long note_name(const char *path, int directory, const char *name) {
    char file[4096];
    const char *end = file + sizeof file;
    if (SYS(faccessat, directory, name, 0) == 0)
        return -EEXIST;
    text_append(text_append(text_append(file, end, path), end, "/"), end, name);
    return undo_add("netns", file);
}

static long name_network(const char *path, const char *name, s32 pid) {
    long error = share_directory(path);
    if (error < 0)
        return error;
    /* Opened behind the mount that was just made. */
    int directory = open_directory(path);
    if (directory < 0)
        return directory;
    int file = (int)note_name(path, directory, name);
    if (file == 0)
        file = above_standard(
            (int)SYS(openat, directory, name, O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0));
    SYS(close, directory);
    error = file < 0 ? file : bind_network(pid, file);
    SYS(close, file);
    return error;
}

long op_make_network(const struct args_make_network *args) {
    return name_network(args->directory, args->name, 0);
}

long op_name_network(const struct args_name_network *args) {
    return name_network(args->directory, args->name, (s32)args->pid);
}

/*
 * What was there goes, with all that is mounted below it. Where it may not (a user namespace's mounts that
 * came from outside are locked) it is covered, and what covers a read-only sysfs has to be read-only.
 */
long op_network_sys(const struct args_network_sys *args) {
    long fs[16] = {0}; /* struct statfs: f_flags is its eleventh */
    u64 attributes = 0;
    if (SYS(umount2, "/sys", MNT_DETACH) < 0 && SYS(statfs, "/sys", fs) == 0 && (fs[10] & ST_RDONLY))
        attributes = MOUNT_ATTR_RDONLY;
    int target = resolve("/sys", O_DIRECTORY);
    if (target < 0)
        return target;
    int mount = new_filesystem("sysfs", args->name, "", attributes);
    long error = mount == -ENOSYS ? mount_on_fd(args->name, target, "sysfs", old_flags(attributes), 0)
                 : mount < 0      ? mount
                                  : attach(mount, target);
    SYS(close, mount);
    SYS(close, target);
    return error;
}
