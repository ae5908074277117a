/*
 * The child's side of a run. What it inherits of the monitor is gone with the exec of the command: every
 * descriptor is close-on-exec, and no process that could look at it is in its namespaces before that.
 */
#include "child.h"
#include "box.h"
#include "cgroup.h"
#include "handover.h"
#include "hold.h"
#include "sys.h"
#include "text.h"
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/openat2.h>
#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/time_types.h>

_Noreturn static void child_exit(u32 step, long error) {
    *box.told = (struct failure){step, (s32)-error};
    leave(125);
}

void child_fails_if(long result) {
    if (result < 0)
        child_exit(box.plan.clone + 1, result);
}

void child_settles(void) {
    u32 step = 0;
    long error = cgroup_settle(&step);
    if (error < 0)
        child_exit(step, error);
    box.told->error = REACHED_CGROUPS;
}

_Noreturn void child_main(void) {
    struct failure failure;
    reach(PHASE_CHILD);
    child_settles();
    if (handover_wait() < 0)
        leave(125);
    box.umask = (u32)SYS(umask, 0);
    long error = interp_walk(WHERE_INSIDE, &failure);
    /* A filter may answer execve with success, and not do it. */
    child_exit(error < 0 ? failure.step : box.plan.ops, error < 0 ? error : -EPERM);
}

/*
 * Links of /proc that lead anywhere (/proc/self/fd/N) are not followed: descriptors of the host's are open
 * still. Where openat2 is not to be had, nothing in /proc is.
 */
long op_chdir(const struct args_chdir *args) {
    char path[4096];
    struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_NO_MAGICLINKS};
    int directory = (int)SYS(openat2, AT_FDCWD, args->path, &how, sizeof how);
    long error = directory == -ENOSYS ? SYS(chdir, args->path) : directory;
    if (directory >= 0) {
        error = SYS(fchdir, directory);
        SYS(close, directory);
    }
    if (error == 0)
        error = SYS(getcwd, path, sizeof path);
    if (error < 0)
        return error;
    /* What cannot be reached from the root is "(unreachable)/…". */
    return path[0] != '/' || (directory == -ENOSYS && text_begins(path, "/proc")) ? -ELOOP : 0;
}

/*
 * Closed now and not by exec: until exec has opened an interpreter, "#!/proc/self/fd/5" in the root
 * filesystem would reach the host's files. What stays of ours are sockets, which nothing can open, and the
 * file that becomes PID 1.
 */
long op_close_fds(const struct args_close_fds *args) {
    const int ours[] = {box.channel, box.init.file, box.init.far_link, box.init.go, box.init.ready};
    close_others(args->keep, ours, COUNT(ours));
    for (const char *at = args->keep; *at; at += *at == ',') {
        u64 fd = 0;
        for (; *at && *at != ','; at++)
            fd = fd * 10 + (u64)(*at - '0');
        long error = SYS(fcntl, fd, F_SETFD, 0);
        if (error < 0)
            return error;
    }
    return 0;
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

long exec_command(const char *path, const char **argv, const char **envp) {
    for (const char *c = argv[0]; *c; c++)
        if (*c == '/')
            return SYS(execve, argv[0], argv, envp);
    return *argv[0] ? exec_search(path, argv[0], argv, envp) : -ENOENT;
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
    return exec_command(args->path, argv, envp);
}
