/* The end of a cgroup: everything in it is killed, below it too, and it is removed. See cgroups(7). */
#include "proc.h"
#include "sys.h"
#include "undo.h"
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/time_types.h>

#define MAX_DEPTH 32
#define DT_DIR 4
/* How long the kernel may take to end what was killed, in nanoseconds. */
#define LONGEST 10000000000
#define PAUSE 500000

/* 0 stands for a process that has no number in our PID namespace: kill(2) would take it for ourselves. */
static void kill_members(int directory) {
    char text[4096];
    u32 pid = 0;
    int file = (int)SYS(openat, directory, "cgroup.procs", O_RDONLY | O_CLOEXEC);
    long length;
    if (file < 0)
        return;
    while ((length = SYS(read, file, text, sizeof text)) > 0)
        for (long i = 0; i < length; i++) {
            if (text[i] >= '0' && text[i] <= '9') {
                pid = pid * 10 + (u32)(text[i] - '0');
                continue;
            }
            if (pid > 1)
                SYS(kill, pid, SIGKILL);
            pid = 0;
        }
    SYS(close, file);
}

/* Who is frozen dies of no signal before it is thawed; with cgroup.kill it does. */
static void kill_all(int directory) {
    if (small_write(directory, "cgroup.kill", "1") == 0)
        return;
    small_write(directory, "freezer.state", "THAWED");
    small_write(directory, "cgroup.freeze", "0");
    kill_members(directory);
}

/* Removes what is below `directory`, the deepest first. The last error that was met, or 0. */
static long remove_below(int directory, int depth) {
    char entries[2048];
    long length, error = 0;
    if (depth == MAX_DEPTH)
        return -ELOOP;
    kill_all(directory);
    SYS(lseek, directory, 0, 0);
    while ((length = SYS(getdents64, directory, entries, sizeof entries)) > 0)
        for (long at = 0; at < length;) {
            const struct directory_entry *entry = (const void *)(entries + at);
            at += entry->length;
            if (entry->type != DT_DIR || entry->name[0] == '.')
                continue;
            int child =
                (int)SYS(openat, directory, entry->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            if (child < 0)
                continue;
            long result = remove_below(child, depth + 1);
            SYS(close, child);
            if (result == 0)
                result = SYS(unlinkat, directory, entry->name, AT_REMOVEDIR);
            if (result < 0 && result != -ENOENT)
                error = result;
        }
    return length < 0 ? length : error;
}

/*
 * A group is busy until the last of the killed has left it. v1 tells nobody when that is: it is asked again.
 */
long cgroup_remove(const char *path) {
    struct __kernel_timespec pause = {0, PAUSE};
    for (s64 waited = 0;; waited += PAUSE) {
        long error = SYS(unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
        if (error != -EBUSY && error != -ENOTEMPTY)
            return error == -ENOENT ? 0 : error;
        int directory = (int)SYS(openat, AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (directory < 0)
            return directory == -ENOENT ? 0 : directory;
        error = remove_below(directory, 0);
        SYS(close, directory);
        if (error == 0 && SYS(unlinkat, AT_FDCWD, path, AT_REMOVEDIR) == 0)
            return 0;
        if (waited > LONGEST)
            return -EBUSY;
        SYS(nanosleep, &pause, 0);
    }
}
