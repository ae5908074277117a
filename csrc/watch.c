/* What ties a run to who called it: its parent, descriptors to wait for and to tell, the file with the PID.
 */
#include "box.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>

/* A parent that has ended meanwhile has another number than the one that nsbox saw. */
long op_die_with_parent(const struct args_die_with_parent *args) {
    box.parent = above_standard((int)SYS(pidfd_open, args->parent, 0));
    if (box.parent < 0)
        return box.parent;
    return SYS(getppid) == (long)args->parent ? 0 : -ESRCH;
}

static long check_open(s64 fd) {
    long flags = fd < 0 ? 0 : SYS(fcntl, fd, F_GETFD);
    return flags < 0 ? flags : 0;
}

long op_hold(const struct args_hold *args) {
    box.sync = (int)args->sync;
    box.block = (int)args->block;
    box.status = (int)args->status;
    long error = check_open(box.sync);
    if (error == 0)
        error = check_open(box.block);
    return error < 0 ? error : check_open(box.status);
}

/* Under another name first: who waits for the file finds the whole number in it. */
long op_pid_file(const struct args_pid_file *args) {
    char text[16], name[4096];
    const char *end = name + sizeof name;
    char *line =
        text_append(text_append_number(text, text + sizeof text, (u64)box.child), text + sizeof text, "\n");
    char *at = text_append(text_append(name, end, args->path), end, ".");
    text_append(text_append_number(at, end, (u64)box.child), end, ".new");
    SYS(fchdir, box.cwd);
    /* What is there of that name is of a run that was killed, and had the same PID. */
    SYS(unlinkat, AT_FDCWD, name, 0);
    int fd = (int)SYS(openat, AT_FDCWD, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0)
        return fd;
    long written = SYS(write, fd, text, line - text);
    SYS(close, fd);
    long error = written < 0 ? written : SYS(renameat, AT_FDCWD, name, AT_FDCWD, args->path);
    if (error < 0)
        SYS(unlinkat, AT_FDCWD, name, 0);
    else
        box.pid_file = args->path;
    return error < 0 ? error : 0;
}

void remove_pid_file(void) {
    if (!box.pid_file)
        return;
    SYS(fchdir, box.cwd);
    SYS(unlinkat, AT_FDCWD, box.pid_file, 0);
}
