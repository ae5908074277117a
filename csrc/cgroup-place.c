/*
 * The process to come is put into its cgroups before it does anything else. In v2 it is born there. In v1 it
 * writes 0 to `tasks`: one thread that moves itself waits for nobody, while every other way has the kernel
 * wait until no process is being made or ended anywhere, some 15 ms. See cgroups(7) and clone(2).
 */
#include "box.h"
#include "cgroup.h"
#include "proc.h"
#include "sys.h"
#include "text.h"
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/sched.h>

#define MAX_GROUPS 16

static struct {
    int file; /* `tasks`, or v2's directory */
    u32 step;
    u8 v2, optional;
} groups[MAX_GROUPS];

static u32 group_count;
static int own_namespace;

long op_cgroup_enter(const struct args_cgroup_enter *args) {
    char path[4096];
    const char *end = path + sizeof path;
    int v2 = args->version == 2;
    if (group_count == MAX_GROUPS)
        return -E2BIG;
    text_append(text_append(path, end, args->path), end, v2 ? "" : "/tasks");
    int file = above_standard((int)SYS(openat, AT_FDCWD, path, (v2 ? O_PATH : O_WRONLY) | O_CLOEXEC));
    if (file < 0)
        return args->optional ? 0 : file;
    groups[group_count].file = file;
    groups[group_count].step = box.step;
    groups[group_count].v2 = (u8)v2;
    groups[group_count++].optional = args->optional != 0;
    return 0;
}

long op_unshare_cgroup(void) {
    own_namespace = 1;
    return 0;
}

static long write_zero(u32 index) {
    int file = groups[index].file;
    long written = groups[index].v2 ? small_write(file, "cgroup.procs", "0") : SYS(write, file, "0", 1);
    return written < 0 && !groups[index].optional ? written : 0;
}

long cgroup_settle(u32 *step) {
    long error = 0;
    for (u32 i = 0; i < group_count && error == 0; i++) {
        *step = groups[i].step;
        if (groups[i].file >= 0)
            error = write_zero(i);
        SYS(close, groups[i].file);
    }
    group_count = 0;
    if (error == 0 && own_namespace) {
        *step = box.plan.clone + 1;
        error = SYS(unshare, CLONE_NEWCGROUP);
    }
    return error;
}

long cgroup_clone(struct clone_args *args) {
    struct clone_args into = *args;
    for (u32 i = 0; i < group_count; i++) {
        if (!groups[i].v2)
            continue;
        int directory = groups[i].file;
        into.flags |= CLONE_INTO_CGROUP;
        into.cgroup = (u64)directory;
        groups[i].file = -1; /* so the child sees it */
        long child = SYS(clone3, &into, CLONE_ARGS_SIZE_VER2);
        if (child >= 0)
            return child;
        /* Where that is not to be had it goes there itself, and says what is in the way. */
        groups[i].file = directory;
    }
    return SYS(clone3, args, CLONE_ARGS_SIZE_VER0);
}

long cgroup_fork(void) {
    struct clone_args args = {.exit_signal = SIGCHLD};
    long child = group_count ? cgroup_clone(&args) : -ENOSYS;
    return child == -ENOSYS ? SYS(clone, SIGCHLD, 0, 0, 0, 0) : child;
}

int cgroup_is_entered(void) {
    return group_count > 0;
}
