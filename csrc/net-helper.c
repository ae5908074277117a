/* The network helper: made by the monitor, ends with it, and may do nothing but what its sockets do. */
#include "box.h"
#include "dns.h"
#include "net.h"
#include "proc.h"
#include "socket.h"
#include "sys.h"
#include "text.h"
#include <asm/mman.h>
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/sched.h>

#define DNS_PORT 53
#define MAX_DEATHS 8 /* of helpers that somebody killed, or that met what they should not */

struct net net = {.questions = -1, .calls = -1, .namespaces = {-1, -1}};

/* The container's user and network namespace. They are opened by the monitor: soon nobody may look there. */
static long open_namespaces(void) {
    static const char *const names[] = {"ns/user", "ns/net"};
    char path[64];
    long error = 0;
    for (int i = box.flags & CLONE_NEWUSER ? 0 : 1; i < 2 && error == 0; i++) {
        proc_path(path, sizeof path, box.child, names[i]);
        net.namespaces[i] = above_standard((int)SYS(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC));
        error = net.namespaces[i] < 0 ? net.namespaces[i] : 0;
    }
    return error;
}

/* A user namespace of the container's own is where the right to enter its network comes from. */
static long enter_namespaces(void) {
    static const u64 kinds[] = {CLONE_NEWUSER, CLONE_NEWNET};
    long error = 0;
    for (int i = 0; i < 2 && error == 0; i++) {
        if (net.namespaces[i] < 0)
            continue;
        error = SYS(setns, net.namespaces[i], kinds[i]);
        SYS(close, net.namespaces[i]);
        net.namespaces[i] = -1;
    }
    return error;
}

/* Its own sockets and nothing of the monitor's: neither descriptors nor rights, nor the plan. */
static long become_helper(int monitor) {
    int ours[NET_DESCRIPTORS + 2];
    struct rlimit64 files;
    u64 all = ~0UL;
    long error = enter_namespaces();
    if (error < 0)
        return error;
    u32 count = net_descriptors(ours);
    int null = (int)SYS(openat, AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd <= 2; fd++)
        SYS(dup3, null, fd, 0);
    ours[count++] = net.epoll;
    ours[count++] = monitor;
    close_others("", ours, count);
    SYS(prctl, PR_SET_NAME, "nsbox-net");
    SYS(setsid);
    SYS(chdir, "/");
    SYS(rt_sigprocmask, SIG_BLOCK, &all, 0, sizeof all);
    if (SYS(prlimit64, 0, RLIMIT_NOFILE, 0, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        SYS(prlimit64, 0, RLIMIT_NOFILE, &files, 0);
    }
    SYS(munmap, box.file, box.file_size);
    SYS(madvise, &box.plan, sizeof box.plan, MADV_DONTNEED);
    SYS(prctl, PR_SET_DUMPABLE, 0);
    error = limit_capabilities(0);
    if (error == 0)
        error = SYS(prctl, PR_SET_PDEATHSIG, SIGKILL);
    return error < 0 ? error : net_confine();
}

/* Opens the resolver's sockets: the monitor enters the container's network for that, and comes back. */
static long open_resolver(void) {
    static const struct net_address own = {.family = AF_INET, .port = {0, DNS_PORT}, .v4 = {127, 0, 0, 11}};
    const int types[] = {SOCK_DGRAM, SOCK_STREAM}, on = 1;
    char path[64];
    proc_path(path, sizeof path, box.child, "ns/net");
    int home = above_standard((int)SYS(openat, AT_FDCWD, "/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
    int there = above_standard((int)SYS(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC));
    long error = home < 0 ? home : there < 0 ? there : SYS(setns, there, CLONE_NEWNET);
    int entered = error == 0;
    for (int i = 0; i < 2 && error == 0; i++) {
        int fd = above_standard((int)SYS(socket, AF_INET, types[i] | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        *(i == 0 ? &net.questions : &net.calls) = fd;
        /* The loopback interface has no address yet. */
        error = fd < 0 ? fd : SYS(setsockopt, fd, SOL_IP, IP_FREEBIND, &on, sizeof on);
        if (error == 0)
            error = SYS(bind, fd, &own, address_size(&own));
    }
    if (error == 0)
        error = SYS(listen, net.calls, 16);
    long back = entered ? SYS(setns, home, CLONE_NEWNET) : 0;
    SYS(close, home);
    SYS(close, there);
    return error < 0 ? error : back;
}

static long watch_all(int monitor) {
    long error = net_watch(monitor, NET_IN, NET_MONITOR, 0, 0);
    for (u32 i = 0; i < net.ports && error == 0; i++)
        error = net_watch(net.published[i].fd, NET_IN,
                          net.published[i].datagrams ? NET_DATAGRAMS : NET_LISTEN, i, 0);
    if (error == 0 && net.questions >= 0)
        error = net_watch(net.questions, NET_IN, NET_QUESTIONS, 0, 0);
    if (error == 0 && net.calls >= 0)
        error = net_watch(net.calls, NET_IN, NET_CALLS, 0, 0);
    return error;
}

static long read_inside(const char *text, int which, u16 family) {
    if (!*text)
        return 0;
    struct net_address *address = &net.inside[which];
    return address_parse(text, text + text_length(text), address) < 0 || address->family != family ? -EINVAL
                                                                                                   : 0;
}

/* What it needs is opened by now. Its epoll and the monitor's pidfd are its alone. */
static long fork_helper(void) {
    net.epoll = above_standard((int)SYS(epoll_create1, O_CLOEXEC));
    int monitor = above_standard((int)SYS(pidfd_open, SYS(getpid), 0));
    long error = net.epoll < 0 ? net.epoll : monitor < 0 ? monitor : watch_all(monitor);
    long pid = error < 0 ? error : SYS(clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) {
        error = become_helper(monitor);
        if (error < 0)
            leave(1);
        net_serve();
    }
    SYS(close, net.epoll);
    SYS(close, monitor);
    net.pid = pid > 0 ? (s32)pid : 0;
    return pid < 0 ? pid : 0;
}

long op_network_helper(const struct args_network_helper *args) {
    long error = read_inside(args->ipv4, 0, AF_INET);
    if (error == 0)
        error = read_inside(args->ipv6, 1, AF_INET6);
    if (error == 0 && args->resolver)
        error = dns_begin(args->networks, args->owner, args->servers);
    if (error == 0 && args->resolver)
        error = open_resolver();
    if (error == 0 && args->enter)
        error = open_namespaces();
    if (error < 0)
        return error;
    return fork_helper();
}

int net_ended(s32 pid) {
    static const char text[] =
        "nsbox: The network helper has died again and again: published ports and names of "
        "containers are gone\n";
    if (net.pid == 0 || pid != net.pid)
        return 0;
    net.pid = 0;
    if (net.deaths++ == MAX_DEATHS || fork_helper() < 0)
        SYS(write, 2, text, sizeof text - 1);
    return 1;
}

void net_end(void) {
    if (net.pid > 0) {
        SYS(kill, net.pid, SIGKILL);
        SYS(wait4, net.pid, 0, 0, 0);
    }
    net.pid = 0;
}

u32 net_descriptors(int *descriptors) {
    u32 count = 0;
    for (u32 i = 0; i < net.ports; i++)
        descriptors[count++] = net.published[i].fd;
    if (net.questions >= 0)
        descriptors[count++] = net.questions;
    if (net.calls >= 0)
        descriptors[count++] = net.calls;
    for (int i = 0; i < 2; i++)
        if (net.namespaces[i] >= 0)
            descriptors[count++] = net.namespaces[i];
    return count;
}
