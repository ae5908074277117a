/*
 * The child's side of a run. What it inherits of the monitor is gone with the exec of the command: every
 * descriptor is close-on-exec, and no process that could look at it is in its namespaces before that.
 */
#include "child.h"
#include "box.h"
#include "sys.h"
#include "text.h"
#include <asm/signal.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/fcntl.h>
#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/time_types.h>

_Noreturn static void child_exit(u32 step, long error) {
    struct failure failure = {step, (s32)-error};
    SYS(write, box.channel, &failure, sizeof failure);
    for (;;)
        SYS(exit_group, 125);
}

void child_fails_if(long result) {
    if (result < 0)
        child_exit(box.plan.clone + 1, result);
}

_Noreturn void child_main(void) {
    struct failure failure;
    char release;
    /* End of file: the monitor is gone, or an operation outside failed. */
    if (SYS(read, box.channel, &release, 1) != 1)
        for (;;)
            SYS(exit_group, 125);
    box.umask = (u32)SYS(umask, 0);
    long error = interp_walk(WHERE_INSIDE, &failure);
    child_exit(failure.step, error);
}

long op_drop_capability(const struct args_drop_capability *args) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct sets[2];
    u32 word = CAP_TO_INDEX(args->capability) & 1, keep = ~CAP_TO_MASK(args->capability);
    long error = SYS(prctl, PR_CAPBSET_DROP, args->capability);
    if (error == 0)
        error = SYS(capget, &header, sets);
    if (error < 0)
        return error;
    sets[word].effective &= keep;
    sets[word].permitted &= keep; /* the ambient set follows */
    sets[word].inheritable &= keep;
    return SYS(capset, &header, sets);
}

long op_chdir(const struct args_chdir *args) {
    return SYS(chdir, args->path);
}

/* Before close_range(2) had the flag (5.11): one by one, up to the hard limit, since /proc may be gone. */
static long close_one_by_one(void) {
    struct rlimit64 limit = {0};
    SYS(prlimit64, 0, RLIMIT_NOFILE, 0, &limit);
    for (u64 fd = 3; fd < limit.rlim_max && fd < 1048576; fd++)
        SYS(fcntl, fd, F_SETFD, FD_CLOEXEC);
    return 0;
}

long op_close_fds(const struct args_close_fds *args) {
    long error = SYS(close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC);
    if (error == -ENOSYS || error == -EINVAL)
        error = close_one_by_one();
    for (const char *at = args->keep; *at && error == 0; at += *at == ',') {
        u64 fd = 0;
        for (; *at && *at != ','; at++)
            fd = fd * 10 + (u64)(*at - '0');
        error = SYS(fcntl, fd, F_SETFD, 0);
    }
    return error;
}

/*
 * Set last, since a change of credentials clears it. A monitor that died before is seen by its end of the
 * channel: getppid says nothing across PID namespaces.
 */
long op_die_with_monitor(void) {
    struct pollfd channel = {.fd = box.channel, .events = POLLIN};
    struct __kernel_timespec now = {0};
    long error = SYS(prctl, PR_SET_PDEATHSIG, SIGKILL);
    if (error < 0)
        return error;
    return SYS(ppoll, &channel, 1, &now, 0, 0) == 0 ? 0 : -EPIPE;
}

long op_restore_signals(void) {
    SYS(umask, box.umask);
    signals_give_back();
    return 0;
}

/* Tries `name` in each directory of `path`. As execvp(3): a file that may not be executed is remembered. */
static long exec_search(const char *path, const char *name, const char **argv, const char **envp) {
    char file[4096];
    const char *end = file + sizeof file;
    u64 rest = text_length(name) + 2; /* a slash and the NUL */
    long error = -ENOENT;
    for (const char *at = path;; at++) {
        char *to = file;
        int fits = rest < sizeof file;
        for (; *at && *at != ':'; at++)
            if ((u64)(to - file) + rest < sizeof file)
                *to++ = *at;
            else
                fits = 0;
        *to = 0;
        text_append(text_append(to, end, to == file ? "" : "/"), end, name);
        /* What is too long to be a path is as good as not there. */
        long result = fits ? SYS(execve, file, argv, envp) : -ENOENT;
        if (result == -ENAMETOOLONG)
            result = -ENOENT;
        if (result != -ENOENT && result != -ENOTDIR && error != -EACCES)
            error = result;
        if (result != -ENOENT && result != -ENOTDIR && result != -EACCES)
            return result;
        if (!*at)
            return error;
    }
}

long op_exec(const struct args_exec *args) {
    u64 count = (u64)box.plan.argc + box.plan.envc + 2;
    /* PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS: as many pointers as the caller has words */
    long memory = SYS(mmap, 0, count * sizeof(char *), 3, 0x22, -1, 0);
    if (memory < 0 && memory > -4096)
        return memory;
    const char **argv = (const char **)memory, **envp = argv + box.plan.argc + 1;
    const char *at = box.plan.argv;
    for (u32 i = 0; i < box.plan.argc; i++, at = plan_next(at))
        argv[i] = at;
    for (u32 i = 0; i < box.plan.envc; i++, at = plan_next(at))
        envp[i] = at;
    for (const char *c = argv[0]; *c; c++)
        if (*c == '/')
            return SYS(execve, argv[0], argv, envp);
    return *argv[0] ? exec_search(args->path, argv[0], argv, envp) : -ENOENT;
}
