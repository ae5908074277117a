/*
 * menagerie DIRECTORY: one namespace of each sort that is hard to see. Root runs it. It mounts a tmpfs on
 * DIRECTORY in a mount namespace of its own, and tells what it made by asking the kernel itself:
 *
 *     LABEL KIND ID OWNER PARENT UID PID
 *
 * with 0 or -1 for what the kernel does not say. "ready" comes last. It ends with its input.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MUST(call)                                                                                           \
    do                                                                                                       \
        if ((call) < 0)                                                                                      \
            fprintf(stderr, "zoo: %s: %s\n", #call, strerror(errno)), _exit(1);                              \
    while (0)

static const char *directory;

/* Descriptors that only the zoo itself shall have. */
static int held[8], helds;

static void hold(int fd) {
    held[helds++] = fd;
}

static char *in(const char *name) {
    char *path;
    if (asprintf(&path, "%s/%s", directory, name) < 0)
        abort();
    return path;
}

static unsigned long inode_of(int fd) {
    struct stat stat;
    return fd >= 0 && fstat(fd, &stat) == 0 ? stat.st_ino : 0;
}

static const char *kind_of(int fd) {
    switch (ioctl(fd, NS_GET_NSTYPE)) {
    case CLONE_NEWUSER:
        return "user";
    case CLONE_NEWNS:
        return "mnt";
    case CLONE_NEWPID:
        return "pid";
    case CLONE_NEWNET:
        return "net";
    case CLONE_NEWUTS:
        return "uts";
    case CLONE_NEWIPC:
        return "ipc";
    case CLONE_NEWCGROUP:
        return "cgroup";
    case CLONE_NEWTIME:
        return "time";
    default:
        return "?";
    }
}

/* The judge: nothing here goes through /proc but the opening. */
static void tell_fd(const char *label, int fd, int pid) {
    int owner = ioctl(fd, NS_GET_USERNS), parent = ioctl(fd, NS_GET_PARENT);
    unsigned uid = -1U;
    if (ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWUSER)
        ioctl(fd, NS_GET_OWNER_UID, &uid);
    else if (owner >= 0)
        ioctl(owner, NS_GET_OWNER_UID, &uid);
    dprintf(1, "%s %s %lu %lu %lu %d %d\n", label, kind_of(fd), inode_of(fd), inode_of(owner),
            inode_of(parent), (int)uid, pid);
    close(owner);
    close(parent);
}

static int open_ns(int pid, const char *name) {
    char path[64];
    int fd;
    if (pid)
        snprintf(path, sizeof path, "/proc/%d/ns/%s", pid, name);
    else
        snprintf(path, sizeof path, "/proc/thread-self/ns/%s", name);
    MUST(fd = open(path, O_RDONLY | O_CLOEXEC));
    return fd;
}

/* What the kernel names depends on who asks: of nested ones the zoo itself does. */
static void tell_of(int pid, const char *label, const char *name) {
    int fd = open_ns(pid, name);
    tell_fd(label, fd, pid ? pid : getpid());
    close(fd);
}

static void tell(const char *label, const char *name) {
    tell_of(0, label, name);
}

static int child_of(int pid) {
    char path[64];
    int child = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
    FILE *file = fopen(path, "r");
    if (!file || fscanf(file, "%d", &child) != 1)
        fprintf(stderr, "zoo: no child of %d\n", pid), exit(1);
    fclose(file);
    return child;
}

static void bind_own(const char *name, const char *to) {
    char from[64];
    snprintf(from, sizeof from, "/proc/thread-self/ns/%s", name);
    close(open(to, O_CREAT | O_WRONLY, 0644));
    MUST(mount(from, to, 0, MS_BIND, 0));
}

static void sleep_for_ever(void) {
    for (;;)
        pause();
}

/* Runs `body` in a child and waits until it has returned; then it sleeps. */
static int keep(void (*body)(void)) {
    int ready[2], status = 0;
    char byte;
    MUST(pipe2(ready, O_CLOEXEC));
    int child = fork();
    if (child == 0) {
        close(ready[0]);
        for (int i = 0; i < helds; i++)
            close(held[i]);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        body();
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        MUST(write(ready[1], ".", 1));
        close(ready[1]);
        sleep_for_ever();
    }
    close(ready[1]);
    if (read(ready[0], &byte, 1) != 1) {
        waitpid(child, &status, 0);
        fprintf(stderr, "zoo: an animal died: %d\n", status);
        exit(1);
    }
    close(ready[0]);
    return child;
}

static void end(int child) {
    kill(child, SIGKILL);
    waitpid(child, 0, 0);
}

static void put(const char *path, const char *text) {
    int fd;
    MUST(fd = open(path, O_WRONLY));
    MUST(write(fd, text, strlen(text)));
    close(fd);
}

static void new_user(void) {
    MUST(unshare(CLONE_NEWUSER));
    put("/proc/self/uid_map", "0 0 1");
    put("/proc/self/setgroups", "deny");
    put("/proc/self/gid_map", "0 0 1");
}

/* Two user namespaces with no process between this one's and the zoo's. */
static void nested(void) {
    new_user();
    new_user();
    new_user();
    MUST(unshare(CLONE_NEWNET));
}

static void tell_nested(int pid) {
    int fd = open_ns(pid, "user");
    tell_of(pid, "nested", "net");
    for (const char *const *label = (const char *const[]){"nested", "between-2", "between-1", 0}; *label;
         label++) {
        tell_fd(*label, fd, pid);
        int next = ioctl(fd, NS_GET_PARENT);
        close(fd);
        fd = next;
    }
    close(fd);
}

static void bound(void) {
    MUST(unshare(CLONE_NEWNET));
    bind_own("net", in("net"));
    tell("bound", "net");
}

/* Its mount namespace is another one, and another net is bound there; the process is not in that. */
static void bound_elsewhere(void) {
    int home = open_ns(0, "net");
    MUST(unshare(CLONE_NEWNS | CLONE_NEWNET));
    bind_own("net", in("elsewhere"));
    tell("elsewhere", "net");
    tell("elsewhere", "mnt");
    MUST(setns(home, CLONE_NEWNET));
}

/* The same, but its root is a directory that the mount is not below. */
static void bound_outside_root(void) {
    int home = open_ns(0, "net");
    MUST(unshare(CLONE_NEWNS | CLONE_NEWNET));
    bind_own("net", in("outside"));
    tell("outside", "net");
    tell("outside", "mnt");
    MUST(setns(home, CLONE_NEWNET));
    MUST(mkdir(in("jail"), 0755));
    MUST(chroot(in("jail")));
    MUST(chdir("/"));
}

/* What is mounted on the directory since hides it. */
static void hidden(void) {
    int home = open_ns(0, "net");
    MUST(unshare(CLONE_NEWNS | CLONE_NEWNET));
    MUST(mkdir(in("over"), 0755));
    bind_own("net", in("over/net"));
    tell("hidden", "net");
    tell("around-hidden", "mnt");
    MUST(mount("over", in("over"), "tmpfs", 0, 0));
    MUST(setns(home, CLONE_NEWNET));
}

/* A file server that never answers stands before it. */
static void hung(void) {
    char options[64];
    int home = open_ns(0, "net"), server = open("/dev/fuse", O_RDWR);
    if (server < 0)
        return;
    MUST(unshare(CLONE_NEWNS | CLONE_NEWNET));
    MUST(mkdir(in("hung"), 0755));
    bind_own("net", in("hung/net"));
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", server);
    if (mount("hung", in("hung"), "fuse", 0, options) == 0)
        tell("hung", "net");
    tell("around-hung", "mnt");
    MUST(setns(home, CLONE_NEWNET));
}

static void deep(void) {
    MUST(unshare(CLONE_NEWNS | CLONE_NEWNET));
    bind_own("net", in("deep"));
    tell("deep", "net");
    tell("deep", "mnt");
}

static void uts(void) {
    MUST(unshare(CLONE_NEWUTS));
    tell("held", "uts");
}

static void foreign_socket(void) {
    int home = open_ns(0, "net");
    MUST(unshare(CLONE_NEWNET));
    tell("socket", "net");
    MUST(socket(AF_INET, SOCK_DGRAM, 0));
    MUST(setns(home, CLONE_NEWNET));
}

static int thread_ready[2];

static void *stray(void *label) {
    MUST(unshare(CLONE_NEWNET | CLONE_NEWIPC | CLONE_FS));
    prctl(PR_SET_NAME, "stray");
    tell(label, "net");
    tell(label, "ipc");
    MUST(write(thread_ready[1], ".", 1));
    sleep_for_ever();
    return 0;
}

static void start_stray(const char *label) {
    pthread_t thread;
    char byte;
    MUST(pipe2(thread_ready, O_CLOEXEC));
    if (pthread_create(&thread, 0, stray, (void *)label) != 0)
        exit(1);
    MUST(read(thread_ready[0], &byte, 1));
}

static void thread(void) {
    start_stray("thread");
}

/* The first thread has ended, another one lives on. */
static void *release(void *ready) {
    usleep(50000);
    MUST(write(*(int *)ready, ".", 1));
    sleep_for_ever();
    return 0;
}

static void leaderless(void) {
    start_stray("leaderless");
}

static void cgroup(void) {
    MUST(unshare(CLONE_NEWCGROUP));
    tell("cgroup", "cgroup");
}

/* Children would be in it, this one is not; and there are none. */
static void time_for_children(void) {
    MUST(unshare(CLONE_NEWTIME));
    tell("time-for-children", "time_for_children");
}

static void in_time(void) {
    MUST(unshare(CLONE_NEWTIME));
    int child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        tell("time", "time");
        sleep_for_ever();
    }
}

/* What was its PID 1 has ended. */
static void pid_for_children(void) {
    MUST(unshare(CLONE_NEWPID));
    int child = fork();
    if (child == 0) {
        _exit(0);
    }
    waitpid(child, 0, 0);
}

static void nested_pid(void) {
    int ready[2];
    char byte;
    MUST(pipe2(ready, O_CLOEXEC));
    MUST(unshare(CLONE_NEWPID));
    if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        MUST(unshare(CLONE_NEWPID));
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            MUST(write(ready[1], ".", 1));
        }
        sleep_for_ever();
    }
    MUST(read(ready[0], &byte, 1));
}

static void nameless_owner(void) {
    MUST(setresgid(54321, 54321, 54321));
    MUST(setresuid(54321, 54321, 54321));
    MUST(unshare(CLONE_NEWUSER));
}

static void odd_name(void) {
    prctl(PR_SET_NAME, "a) R 1\n\033[31m(");
    MUST(unshare(CLONE_NEWUTS));
    tell("odd", "uts");
}

static void make_zombie(void) {
    int child = fork();
    if (child == 0)
        _exit(0);
    dprintf(1, "zombie - 0 0 0 0 %d\n", child);
}

int main(int argc, char **argv) {
    char byte;
    if (argc != 2)
        return 2;
    directory = argv[1];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    MUST(unshare(CLONE_NEWNS));
    MUST(mount(0, "/", 0, MS_REC | MS_PRIVATE, 0));
    MUST(mount("zoo", directory, "tmpfs", 0, 0));
    MUST(chmod(directory, 0755));
    tell("zoo", "mnt");
    tell_nested(keep(nested));
    end(keep(bound));
    int by_path, child;
    MUST(by_path = open(in("net"), O_RDONLY)); /* its link shows the mount's path */
    hold(by_path);
    keep(bound_elsewhere);
    keep(bound_outside_root);
    child = keep(deep);
    hold(open_ns(child, "mnt"));
    end(child);
    child = keep(uts);
    hold(open_ns(child, "uts"));
    end(child);
    keep(hidden);
    keep(hung);
    keep(foreign_socket);
    keep(thread);
    keep(cgroup);
    keep(time_for_children);
    keep(in_time);
    tell_of(keep(pid_for_children), "pid-for-children", "pid_for_children");
    child = child_of(keep(nested_pid));
    tell_of(child, "pid-1", "pid");
    tell_of(child_of(child), "pid-2", "pid");
    tell_of(keep(nameless_owner), "nameless", "user");
    keep(odd_name);
    keep(make_zombie);
    /* Its first thread ends. */
    int ready[2];
    MUST(pipe(ready));
    if (fork() == 0) {
        pthread_t other;
        for (int i = 0; i < helds; i++)
            close(held[i]);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        leaderless();
        if (pthread_create(&other, 0, release, &ready[1]) != 0)
            _exit(1);
        syscall(SYS_exit, 0);
    }
    MUST(read(ready[0], &byte, 1));
    dprintf(1, "descriptor - 0 0 0 %d %d\nready\n", by_path, getpid());
    while (read(0, &byte, 1) > 0)
        ;
    return 0;
}
