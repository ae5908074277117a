/* Namespaces that are there already: joined instead of made. See setns(2), ioctl_ns(2). */
#include "box.h"
#include "sys.h"
#include <linux/fcntl.h>
#include <linux/nsfs.h>
#include <linux/sched.h>
#include <linux/stat.h>

/*
 * The monitor joins, and the child is born into it; for a PID namespace there is no other way. A mount
 * namespace alone is only opened: its root would become the monitor's. Anything may stand there: a FIFO is
 * not waited for, since signals are blocked.
 */
long op_join(const struct args_join *args) {
    int fd = above_standard((int)SYS(openat, AT_FDCWD, args->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (fd < 0)
        return fd;
    struct statx about = {0};
    if (args->inode &&
        (SYS(statx, fd, "", AT_EMPTY_PATH, STATX_INO, &about) < 0 || about.stx_ino != args->inode)) {
        SYS(close, fd);
        return -ESTALE;
    }
    long type = SYS(ioctl, fd, NS_GET_NSTYPE);
    if (type == (long)args->type && type == CLONE_NEWNS) {
        box.mounts = fd;
        return 0;
    }
    long error = type < 0 ? type : type == (long)args->type ? SYS(setns, fd, type) : -EMEDIUMTYPE;
    SYS(close, fd);
    return error;
}

/* The root of that namespace is the root now: see setns(2). */
long op_join_mounts(void) {
    long error = box.flags & CLONE_NEWUSER ? 0 : SYS(setns, box.mounts, CLONE_NEWNS);
    if (error < 0)
        return error;
    box.root = (int)SYS(openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    return box.root < 0 ? box.root : SYS(chdir, "/");
}

long op_copy_mounts(void) {
    long error = SYS(unshare, CLONE_NEWNS);
    if (error < 0)
        return error;
    SYS(close, box.root);
    box.root = (int)SYS(openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    return box.root < 0 ? box.root : 0;
}
