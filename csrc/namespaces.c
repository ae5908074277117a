/* The clone into new namespaces, and what is set up in each of them. */
#include "box.h"
#include "cgroup.h"
#include "child.h"
#include "proc.h"
#include "socket.h"
#include "sys.h"
#include "text.h"
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/sched.h>
#include <linux/sockios.h>
#include <linux/utsname.h>

/*
 * Makes a time namespace that this process enters at exec. Before 6.2 only children ever entered one, and
 * the command would silently keep the host's clocks: then no.
 */
static long unshare_time(void) {
    struct new_utsname system;
    long error = SYS(uname, &system);
    if (error < 0)
        return error;
    u64 version[2] = {0, 0};
    const char *at = system.release;
    for (int i = 0; i < 2; i++, at++)
        for (; *at >= '0' && *at <= '9'; at++)
            version[i] = version[i] * 10 + (u64)(*at - '0');
    if (version[0] < 6 || (version[0] == 6 && version[1] < 2))
        return -EOPNOTSUPP;
    return SYS(unshare, CLONE_NEWTIME);
}

/*
 * clone3(2) where a time namespace is wanted: in clone(2) its bit is part of the exit signal. Where there is
 * no clone3, children enter what the monitor unshares; with a user namespace the right to do so is the
 * child's.
 */
static long clone_any(u64 flags) {
    struct clone_args args = {.flags = flags, .exit_signal = SIGCHLD};
    long child = flags & CLONE_NEWTIME || cgroup_is_entered() ? cgroup_clone(&args) : -ENOSYS;
    if (child != -ENOSYS)
        return child;
    u64 unshared = flags & CLONE_NEWTIME;
    if (unshared && !(flags & CLONE_NEWUSER) && (child = SYS(unshare, CLONE_NEWTIME)) < 0)
        return child;
    child = SYS(clone, (flags & ~unshared) | SIGCHLD, 0, 0, 0, 0);
    if (child == 0 && unshared && (flags & CLONE_NEWUSER))
        child_fails_if(unshare_time());
    return child;
}

/*
 * A user namespace that is made has no rights over a mount namespace that was there before: then the monitor
 * enters that for the clone, and comes back.
 */
static long clone_there(u64 flags) {
    if (box.mounts < 0 || !(flags & CLONE_NEWUSER))
        return clone_any(flags);
    int home = above_standard((int)SYS(openat, AT_FDCWD, "/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC));
    long child = home < 0 ? home : SYS(setns, box.mounts, CLONE_NEWNS);
    if (child == 0)
        child = clone_any(flags);
    if (child == 0)
        return 0;
    SYS(setns, home, CLONE_NEWNS);
    SYS(close, home);
    SYS(fchdir, box.cwd);
    return child;
}

long op_clone(const struct args_clone *args) {
    int pair[2];
    long error = SYS(socketpair, AF_UNIX, SOCK_STREAM | O_CLOEXEC, 0, pair);
    if (error < 0)
        return error;
    box.channel = pair[1];
    box.flags = args->flags;
    /* PROT_READ|PROT_WRITE, MAP_SHARED|MAP_ANONYMOUS */
    long shared = SYS(mmap, 0, sizeof *box.told, 3, 0x21, -1, 0);
    if (shared < 0 && shared > -4096)
        return shared;
    box.told = (struct failure *)shared;
    long child = clone_there(args->flags);
    if (child == 0) {
        SYS(close, pair[0]);
        child_main();
    }
    SYS(close, pair[1]);
    box.channel = pair[0];
    box.child = (s32)child;
    return child < 0 ? child : 0;
}

/* The offsets are frozen once a process is in the namespace: ours is born into it. */
long op_child_time_offsets(const struct args_child_time_offsets *args) {
    long error = SYS(unshare, CLONE_NEWTIME);
    return error < 0 ? error : proc_write(0, "timens_offsets", args->offsets);
}

/* Ours enters it at exec. */
long op_time_offsets(const struct args_time_offsets *args) {
    long error = unshare_time();
    return error < 0 ? error : proc_write(0, "timens_offsets", args->offsets);
}

long op_hostname(const struct args_hostname *args) {
    return SYS(sethostname, args->name, text_length(args->name));
}

/* struct ifreq of netdevice(7) as these requests use it; <linux/if.h> wants libc's headers. */
struct flags_request {
    char name[16];
    u16 flags;
    u8 rest[22];
};

#define IFF_UP 1

long op_link_up(const struct args_link_up *args) {
    struct flags_request request = {0};
    text_append(request.name, request.name + sizeof request.name, args->name);
    int fd = (int)SYS(socket, AF_INET, SOCK_DGRAM | O_CLOEXEC, 0);
    if (fd < 0)
        return fd;
    long error = SYS(ioctl, fd, SIOCGIFFLAGS, &request);
    if (error == 0) {
        request.flags |= IFF_UP;
        error = SYS(ioctl, fd, SIOCSIFFLAGS, &request);
    }
    SYS(close, fd);
    return error;
}
