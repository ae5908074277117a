/*
 * A container that is there already. The monitor stays where it is; a process of its own enters all
 * namespaces by one setns(2), then the root, and only then makes the process that becomes the command. That
 * one is born into the PID namespace: whatever runs there never sees the process that entered, and nothing of
 * the host's is open in the one it sees.
 */
#include "box.h"
#include "cgroup.h"
#include "child.h"
#include "enter.h"
#include "hold.h"
#include "proc.h"
#include "sys.h"
#include "text.h"
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/time_types.h>

struct target targets[MAX_TARGETS];
u32 target_count;

/* Shared by the monitor and what it makes. */
struct shared {
    struct failure failure;
    s32 child;
};

/* Field 22 of proc_pid_stat(5): the name of the process, in brackets, may hold anything. */
static long start_of(u64 pid, u64 *start) {
    char text[1024];
    long length = proc_read((s64)pid, "stat", text, sizeof text);
    char *at = text + (length > 0 ? length : 0);
    while (at > text && *at != ')')
        at--;
    for (int field = 2; *at && field < 22; at++)
        field += *at == ' ';
    char *end = at;
    while (*end >= '0' && *end <= '9')
        end++;
    *end = 0;
    return length < 0 ? length : text_number(at, start) == 0 ? 0 : -ESRCH;
}

static int is_alive(int process) {
    struct pollfd wait = {.fd = process, .events = POLLIN};
    struct __kernel_timespec now = {0};
    return SYS(ppoll, &wait, 1, &now, 0, 0) == 0;
}

static int open_of(u64 pid, const char *file, int flags) {
    char path[64];
    proc_path(path, sizeof path, (s64)pid, file);
    return above_standard((int)SYS(openat, AT_FDCWD, path, flags | O_CLOEXEC));
}

/* The process is looked at before and after: whatever was opened between is that of the pidfd. */
long op_open_target(const struct args_open_target *args) {
    struct target *target = &targets[target_count];
    u64 start = 0;
    if (target_count == MAX_TARGETS)
        return -E2BIG;
    target->root = target->mounts = -1;
    target->process = above_standard((int)SYS(pidfd_open, args->pid, 0));
    if (target->process < 0)
        return target->process;
    long error = start_of(args->pid, &start);
    if (error < 0 || start != args->start)
        return -ESRCH;
    if (args->root && (target->root = open_of(args->pid, "root", O_PATH | O_DIRECTORY)) < 0)
        return target->root;
    if (args->mounts && (target->mounts = open_of(args->pid, "ns/mnt", O_RDONLY)) < 0)
        return target->mounts;
    target_count++;
    return is_alive(target->process) ? 0 : -ESRCH;
}

/* The streams of a command that nobody waits for: the host's device, not what the container has by that name.
 */
static long null_streams(void) {
    int null = above_standard((int)SYS(openat, AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC));
    long error = null < 0 ? null : 0;
    for (int fd = 0; fd <= 2 && error >= 0; fd++)
        error = SYS(dup3, null, fd, 0);
    return error;
}

static long enter_root(int root) {
    long error = root < 0 ? 0 : SYS(fchdir, root);
    return error < 0 || root < 0 ? error : SYS(chroot, ".");
}

/* Returns the PID of the command to be as the monitor sees it, 0 in that process itself. */
static long enter_all(const struct args_enter *args) {
    const struct target *target = &targets[0];
    const int keep[] = {box.channel, target->process, target->root};
    child_settles();
    /* To the host's /proc, and while that is allowed; who may not be killed later is killed as usual. */
    if (*args->badness)
        proc_write(0, "oom_score_adj", args->badness);
    SYS(prctl, PR_SET_DUMPABLE, 0);
    long error = args->detach ? null_streams() : 0;
    close_others("", keep, COUNT(keep));
    /* The caller's groups are not to be kept where the user namespace denies setgroups. */
    if (args->flags & CLONE_NEWUSER)
        SYS(setgroups, 0, 0);
    reach(PHASE_ENTERING);
    if (error >= 0 && args->flags)
        error = SYS(setns, target->process, args->flags);
    /* The new rights may have made it what fs.suid_dumpable says. */
    if (error >= 0)
        error = SYS(prctl, PR_SET_DUMPABLE, 0);
    if (error >= 0)
        error = enter_root(target->root);
    SYS(close, target->process);
    SYS(close, target->root);
    /* From its birth the process can be seen by those inside, who may be allowed to trace others. */
    if (error >= 0)
        error = limit_capabilities(args->most);
    reach(PHASE_ENTERED);
    return error < 0 ? error : SYS(clone, CLONE_PARENT, 0, 0, 0, 0);
}

_Noreturn static void enter_and_leave(const struct args_enter *args) {
    struct shared *shared = (struct shared *)box.told;
    long child = enter_all(args);
    if (child == 0)
        child_main();
    child_fails_if(child);
    shared->child = (s32)child;
    leave(0);
}

long op_enter(const struct args_enter *args) {
    int pair[2], status = 0;
    long error = SYS(socketpair, 1, 1 | O_CLOEXEC, 0, pair); /* AF_UNIX, SOCK_STREAM */
    if (error < 0)
        return error;
    /* PROT_READ|PROT_WRITE, MAP_SHARED|MAP_ANONYMOUS */
    long memory = SYS(mmap, 0, sizeof(struct shared), 3, 0x21, -1, 0);
    if (memory < 0 && memory > -4096)
        return memory;
    struct shared *shared = (struct shared *)memory;
    box.told = &shared->failure;
    box.channel = pair[1];
    box.detach = (int)args->detach;
    long entering = cgroup_fork();
    if (entering == 0) {
        SYS(close, pair[0]);
        enter_and_leave(args);
    }
    SYS(close, pair[1]);
    box.channel = pair[0];
    if (entering < 0)
        return entering;
    SYS(wait4, entering, &status, 0, 0);
    box.child = shared->child;
    if (box.child > 0)
        return 0;
    return shared->failure.error > 0 ? -(long)shared->failure.error : -ESRCH;
}

/*
 * The parent of who goes on is one of the container's processes and ends: the container's first process
 * inherits it, and not one outside, whose delay in looking after it would hold up the container's end.
 */
long op_detach(void) {
    long child = SYS(clone, SIGCHLD, 0, 0, 0, 0);
    if (child > 0)
        leave(0);
    return child < 0 ? child : SYS(setsid) < 0 ? -EPERM : 0;
}
