/*
 * What the kernel itself costs: the system calls of `nsbox run` (all kinds, as root), in the same order and
 * with nothing around them. The benchmark compares its calls with those of `run`, as strace sees them, so
 * that this stays true. Usage: bare ROOTFS PROGRAM [ARG...]
 */
#include "../../csrc/sys.h"
#include <asm/ioctls.h>
#include <linux/audit.h>
#include <linux/fcntl.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/stat.h>

#define DIRECTORY (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

static u64 scratch[64];
static int root;

static int in_root(const char *path, int flags) {
    struct open_how how = {.flags = (u64)(O_PATH | O_CLOEXEC | O_NOFOLLOW | flags),
                           .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    return (int)SYS(openat2, root, path, &how, sizeof how);
}

static void look(const char *path, int flags) {
    SYS(close, in_root(path, flags));
}

static void mount_new(const char *type, const char *target, int attributes, const char *const *options) {
    int directory = in_root(target, O_DIRECTORY);
    int fs = (int)SYS(fsopen, type, FSOPEN_CLOEXEC);
    SYS(fsconfig, fs, FSCONFIG_SET_STRING, "source", type, 0);
    for (; options && *options; options += 2)
        SYS(fsconfig, fs, FSCONFIG_SET_STRING, options[0], options[1], 0);
    SYS(fsconfig, fs, FSCONFIG_CMD_CREATE, 0, 0, 0);
    int mount = (int)SYS(fsmount, fs, FSMOUNT_CLOEXEC, attributes);
    SYS(close, fs);
    SYS(move_mount, mount, "", directory, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
    SYS(close, mount);
    SYS(close, directory);
}

static void node(const char *name, u64 device) {
    int dev = in_root("dev", O_DIRECTORY);
    SYS(mknodat, dev, name, 0020666, device);
    SYS(close, dev);
}

static void directory(const char *name, u32 mode) {
    int dev = in_root("dev", O_DIRECTORY);
    SYS(mkdirat, dev, name, mode);
    SYS(close, dev);
}

static void link(const char *name, const char *target) {
    int dev = in_root("dev", O_DIRECTORY);
    SYS(symlinkat, target, dev, name);
    SYS(close, dev);
}

static void up(void) {
    struct {
        char name[16];
        u16 flags;
        u8 rest[22];
    } request = {.name = "lo"};
    int fd = (int)SYS(socket, 2, 2 | O_CLOEXEC, 0);
    SYS(ioctl, fd, 0x8913, &request); /* SIOCGIFFLAGS */
    request.flags |= 1;
    SYS(ioctl, fd, 0x8914, &request); /* SIOCSIFFLAGS */
    SYS(close, fd);
}

static void guard(void) {
    static struct sock_filter filter[15];
    for (u32 i = 0; i < COUNT(filter); i++)
        filter[i] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {COUNT(filter), filter};
    SYS(seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

static void child(int channel, char **argv, u64 mask) {
    static const char *const dev[] = {"mode", "755", "size", "65536k", 0}, *const shm[] = {"mode", "1777", 0};
    static const char *const pts[] = {"ptmxmode", "0666", "mode", "0620", "gid", "5", 0};
    static const char *const names[] = {"null", "zero", "full", "random", "urandom"};
    static const u64 numbers[] = {0x103, 0x105, 0x107, 0x108, 0x109};
    SYS(read, channel, scratch, 1);
    u32 old = (u32)SYS(umask, 0);
    up();
    SYS(mount, 0, "/", 0, 0x44000, 0);
    root = (int)SYS(open_tree, AT_FDCWD, ".", OPEN_TREE_CLONE | AT_RECURSIVE | OPEN_TREE_CLOEXEC);
    SYS(move_mount, root, "", AT_FDCWD, ".", MOVE_MOUNT_F_EMPTY_PATH);
    mount_new("tmpfs", "dev", MOUNT_ATTR_NOSUID, dev);
    for (u32 i = 0; i < COUNT(names); i++)
        node(names[i], numbers[i]);
    node("tty", 0x500);
    directory("pts", 0755);
    directory("shm", 01777);
    mount_new("tmpfs", "dev/shm", 14, shm);
    link("ptmx", "pts/ptmx");
    link("fd", "/proc/self/fd");
    link("stdin", "/proc/self/fd/0");
    link("stdout", "/proc/self/fd/1");
    link("stderr", "/proc/self/fd/2");
    for (int fd = 0; fd <= 2; fd++)
        SYS(ioctl, fd, TCGETS, scratch);
    mount_new("devpts", "dev/pts", 10, pts);
    mount_new("proc", "proc", 14, 0);
    mount_new("sysfs", "sys", 15, 0);
    SYS(fchdir, root);
    SYS(pivot_root, ".", ".");
    SYS(umount2, ".", 2);
    SYS(chdir, "/");
    guard();
    SYS(close_range, 3, ~0U, 4);
    SYS(prctl, 1, 9);
    struct pollfd poll = {.fd = channel, .events = POLLIN};
    u64 now[2] = {0, 0};
    SYS(ppoll, &poll, 1, now, 0, 0);
    SYS(umask, old);
    SYS(rt_sigprocmask, 2, &mask, 0, 8);
    SYS(mmap, 0, 4096, 3, 0x22, -1, 0);
    SYS(execve, argv[2], argv + 2, argv + 2);
}

__attribute__((used)) static void bare(long *stack) {
    char **argv = (char **)(stack + 1);
    u64 mask = 0, all = ~0UL, limit[2], action[4] = {0};
    int pair[2], status = 0;
    SYS(clock_gettime, 1, scratch);
    SYS(prctl, 15, "bare");
    int self = (int)SYS(openat, AT_FDCWD, "/proc/self/exe", O_RDONLY | O_CLOEXEC);
    SYS(statx, self, "", AT_EMPTY_PATH, STATX_SIZE, scratch);
    SYS(mmap, 0, 4096, 1, 2, self, 0);
    for (int signal = 1; signal < 32; signal++)
        SYS(rt_sigaction, signal, 0, scratch, 8);
    SYS(rt_sigaction, 13, action, 0, 8);
    SYS(rt_sigaction, 25, action, 0, 8);
    SYS(rt_sigaction, 17, action, 0, 8);
    SYS(rt_sigprocmask, 2, &all, &mask, 8);
    SYS(openat, AT_FDCWD, "/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    SYS(openat, AT_FDCWD, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (int fd = 0; fd <= 2; fd++) {
        SYS(fcntl, fd, F_GETFL);
        SYS(statx, fd, "", AT_EMPTY_PATH, STATX_TYPE, scratch);
        SYS(fstatfs, fd, scratch);
    }
    SYS(prlimit64, 0, 7, 0, limit);
    SYS(prlimit64, SYS(getppid), 7, 0, limit);
    SYS(prlimit64, 0, 7, limit, 0);
    root = (int)SYS(openat, AT_FDCWD, argv[1], DIRECTORY);
    SYS(fchdir, root);
    SYS(flock, root, 5);
    look("dev", O_DIRECTORY);
    look("proc", O_DIRECTORY);
    look("sys", O_DIRECTORY);
    look("tmp", 0);
    SYS(openat, AT_FDCWD, "/run/nsbox", DIRECTORY | O_NOFOLLOW);
    SYS(socketpair, 1, 1 | O_CLOEXEC, 0, pair);
    struct clone_args args = {.flags = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                                       CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWTIME,
                              .exit_signal = 17};
    if (SYS(clone3, &args, CLONE_ARGS_SIZE_VER0) == 0) {
        SYS(close, pair[0]);
        child(pair[1], argv, mask);
        SYS(exit_group, 127);
    }
    SYS(close, pair[1]);
    int signals = (int)SYS(signalfd4, -1, &all, 8, O_CLOEXEC | O_NONBLOCK);
    SYS(close_range, signals + 1, ~0U, 0);
    SYS(write, pair[0], "", 1);
    for (int round = 0;; round++) {
        struct pollfd wait[] = {{.fd = signals, .events = POLLIN}, {.fd = pair[0], .events = POLLIN}};
        SYS(clock_gettime, 1, scratch);
        if (round > 0)
            wait[1].fd = -1;
        SYS(ppoll, wait, 2, 0, 0, 0);
        if (round == 0) {
            SYS(read, pair[0], scratch, 8);
            SYS(close, pair[0]);
        }
        while (SYS(read, signals, scratch, 128) == 128)
            ;
        if (SYS(wait4, -1, &status, 3, 0) > 0)
            break;
    }
    SYS(openat, AT_FDCWD, "/run/nsbox", DIRECTORY | O_NOFOLLOW);
    SYS(exit_group, status >> 8);
}

__asm__(".globl _start\n_start:\n"
#if defined(__x86_64__)
        "mov %rsp,%rdi\nand $-16,%rsp\ncall bare\n"
#else
        "mov x0,sp\nbl bare\n"
#endif
);
