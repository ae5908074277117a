#include "state.h"
#include "hold.h"
#include "plan.h"
#include "proc.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/stat.h>
#include <linux/time_types.h>

#define LOCK_EX 2
#define LOCK_NB 4
#define STATUS_SIZE 512

struct status state = {.state = "created", .exit = -1};
static int directory_fd = -1;

u64 realtime(void) {
    struct __kernel_timespec time;
    SYS(clock_gettime, 0, &time); /* CLOCK_REALTIME */
    return (u64)time.tv_sec * 1000000000 + (u64)time.tv_nsec;
}

int state_directory(void) {
    return directory_fd;
}

long state_open(const char *directory) {
    struct __kernel_timespec pause = {.tv_nsec = 5000000};
    struct statx stat;
    directory_fd = above_standard(
        (int)SYS(openat, AT_FDCWD, directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (directory_fd < 0)
        return directory_fd;
    int lock = above_standard(
        (int)SYS(openat, directory_fd, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    long error = lock < 0 ? lock : -EWOULDBLOCK;
    box.kept = lock;
    /* Whoever repairs or waits holds it for a moment. */
    for (int tries = 0; tries < 200 && error == -EWOULDBLOCK; tries++) {
        if (tries > 0)
            SYS(clock_nanosleep, 1, 0, &pause, 0);
        error = SYS(flock, lock, LOCK_EX | LOCK_NB);
    }
    if (error == 0)
        error = SYS(statx, lock, "", AT_EMPTY_PATH, STATX_NLINK, &stat);
    return error < 0 ? error : stat.stx_nlink == 0 ? -ENOENT : 0;
}

/* Field 22 of proc_pid_stat(5): with it a PID means one process for ever. */
static u64 start_time(s32 pid) {
    char text[1024];
    u64 ticks = 0;
    const char *at = text, *name_end = text;
    if (pid <= 0 || proc_read(pid, "stat", text, sizeof text) <= 0)
        return 0;
    for (; *at; at++)
        if (*at == ')')
            name_end = at;
    at = name_end;
    for (int field = 2; *at && field < 22; at++)
        field += *at == ' ';
    for (; *at >= '0' && *at <= '9'; at++)
        ticks = ticks * 10 + (u64)(*at - '0');
    return ticks;
}

static const char *text_end;

static char *add_number(char *at, s64 number) {
    at = text_append(at, text_end, number < 0 ? " -" : " ");
    return text_append_number(at, text_end, (u64)(number < 0 ? -number : number));
}

static char *add_line(char *at, const char *key, s64 number) {
    return text_append(add_number(text_append(at, text_end, key), number), text_end, "\n");
}

static char *add_process(char *at, const char *key, s32 pid) {
    at = add_number(text_append(at, text_end, key), pid);
    return text_append(add_number(at, (s64)start_time(pid)), text_end, "\n");
}

void state_write(void) {
    char text[STATUS_SIZE];
    text_end = text + sizeof text;
    char *at = text_append(text_append(text_append(text, text_end, "state "), text_end, state.state),
                           text_end, "\n");
    at = add_process(at, "supervisor", (s32)SYS(getpid));
    at = add_process(at, "monitor", state.monitor);
    at = add_process(at, "pid", state.pid);
    at = add_line(add_line(at, "started", (s64)state.started), "ended", (s64)state.ended);
    at = add_line(add_line(at, "status", state.exit), "signal", state.signal);
    at = add_line(add_line(at, "step", state.failure.step), "errno", state.failure.error);
    at = add_line(add_line(at, "restarts", state.restarts), "oom", state.oom);
    long length = at - text;
    int fd = (int)SYS(openat, directory_fd, "status.new",
                      O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    long written = fd < 0 ? fd : SYS(write, fd, text, length);
    SYS(close, fd);
    if (written == length && SYS(renameat, directory_fd, "status.new", directory_fd, "status") == 0)
        return;
    SYS(unlinkat, directory_fd, "status.new", 0);
    fd = (int)SYS(openat, directory_fd, "status", O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    /* Over the old one, which has a block already. */
    SYS(write, fd, text, length);
    SYS(ftruncate, fd, length);
    SYS(close, fd);
}

static int has(const char *name) {
    struct statx stat;
    return SYS(statx, directory_fd, name, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &stat) == 0;
}

int state_is_stopped(void) {
    return has("stop");
}

int state_is_kept(void) {
    return has("status");
}

/* Calls for each name in the directory `fd`. */
static void each_name(int fd, void (*call)(int fd, const char *name, const char *id), const char *id) {
    char entries[2048];
    for (long got; (got = SYS(getdents64, fd, entries, sizeof entries)) > 0;)
        for (long at = 0; at < got;) {
            struct directory_entry *entry = (struct directory_entry *)(entries + at);
            call(fd, entry->name, id);
            at += entry->length;
        }
}

static void unlink_name(int fd, const char *name, const char *id) {
    char target[64];
    long length = SYS(readlinkat, fd, name, target, sizeof target - 1);
    target[length > 0 ? length : 0] = 0;
    if (text_equal(target, id))
        SYS(unlinkat, fd, name, 0);
}

static void unlink_file(int fd, const char *name, const char *last) {
    if (!text_equal(name, last))
        SYS(unlinkat, fd, name, 0);
}

/*
 * What a kill leaves of it is taken for half-made, since it has no status: that goes first. And what it was
 * made from goes last, since it tells who made it.
 */
void state_remove(const char *directory, const char *names, const char *id) {
    static const char last[] = "config.json";
    SYS(unlinkat, directory_fd, "status", 0);
    reach(PHASE_HALF_REMOVED);
    int fd = (int)SYS(openat, AT_FDCWD, names, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0)
        each_name(fd, unlink_name, id);
    SYS(close, fd);
    SYS(lseek, directory_fd, 0, 0);
    each_name(directory_fd, unlink_file, last);
    SYS(unlinkat, directory_fd, last, 0);
    SYS(unlinkat, AT_FDCWD, directory, AT_REMOVEDIR);
}
