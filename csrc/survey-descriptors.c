/* Open descriptors that are namespaces, or sockets of other ones. */
#include "survey.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/sockios.h>
#include <linux/stat.h>

enum { PROBES = 64, S_IFMT_ = 0170000, S_IFSOCK_ = 0140000 };

static void record_held(struct worker *worker, u32 tag, u32 fd, u32 id) {
    struct record_held *record = survey_record(worker, tag, sizeof *record);
    if (!record)
        return;
    record->pid = worker->pid;
    record->fd = fd;
    record->id = id;
}

static int is_namespace(const struct nsh_survey *survey, const struct statx *stat) {
    return stat->stx_dev_major == survey->major && stat->stx_dev_minor == survey->minor;
}

/*
 * Opens what the descriptor `name` in `dir` is, after it was seen that it is a namespace: it may have become
 * another meanwhile, a FIFO, which would wait. So it is held first, and looked at again.
 */
static int open_held(const struct nsh_survey *survey, int dir, const char *name) {
    struct statx stat;
    char path[32];
    int fd = -1, place = (int)SYS(openat, dir, name, O_PATH | O_CLOEXEC);
    if (place < 0)
        return place;
    if (SYS(statx, place, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &stat) == 0 &&
        is_namespace(survey, &stat)) {
        text_append_number(text_append(path, path + sizeof path, "self/fd/"), path + sizeof path, (u64)place);
        fd = (int)SYS(openat, survey->proc, path, O_RDONLY | O_CLOEXEC);
    }
    SYS(close, place);
    return fd;
}

static void look_at_held(struct worker *worker, int dir, const char *name, u32 fd, u32 id) {
    if (!survey_seen(worker->survey, id)) {
        int held = open_held(worker->survey, dir, name);
        if (held < 0)
            return;
        id = survey_learn(worker, held);
        SYS(close, held);
    }
    if (id)
        record_held(worker, RECORD_DESCRIPTOR, fd, id);
}

/*
 * Looks at the descriptor `name`. Nothing is asked of a file server: it may be gone. The text of the link is
 * no help, a descriptor that was opened through a bind mount shows the mount's path.
 */
static void look_at_descriptor(struct worker *worker, int dir, const char *name, u32 fd) {
    struct statx stat;
    if (SYS(statx, dir, name, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_TYPE | STATX_INO, &stat) < 0)
        return;
    if (is_namespace(worker->survey, &stat))
        look_at_held(worker, dir, name, fd, (u32)stat.stx_ino);
    else if ((stat.stx_mode & S_IFMT_) == S_IFSOCK_)
        survey_socket(worker, fd, stat.stx_ino);
}

void survey_descriptors(struct worker *worker) {
    char entries[4096];
    long got;
    int dir = (int)SYS(openat, worker->dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir == -EACCES || dir == -EPERM)
        worker->process->flags |= PROCESS_DESCRIPTORS_DENIED;
    while (dir >= 0 && !worker->full && (got = SYS(getdents64, dir, entries, sizeof entries)) > 0)
        for (long at = 0; at < got && !worker->full;) {
            struct directory_entry *entry = (struct directory_entry *)(entries + at);
            u64 fd;
            at += entry->length;
            if (text_number(entry->name, &fd) == 0)
                look_at_descriptor(worker, dir, entry->name, (u32)fd);
        }
    if (dir >= 0)
        SYS(close, dir);
}

/* A duplicate of descriptor `fd` of the process, see pidfd_getfd(2). */
static int duplicate(struct worker *worker, u32 fd) {
    struct statx stat;
    if (worker->pidfd == -1) {
        worker->pidfd = (int)SYS(pidfd_open, worker->pid, 0);
        /* Is it that of the same process? If that still has its PID, it is. */
        if (worker->pidfd >= 0 && SYS(statx, worker->dir, "stat", 0, STATX_TYPE, &stat) < 0) {
            SYS(close, worker->pidfd);
            worker->pidfd = -2;
        }
    }
    return worker->pidfd < 0 ? worker->pidfd : (int)SYS(pidfd_getfd, worker->pidfd, fd, 0);
}

/* Where a socket's inode stands in the table, with its namespace's id in the upper half; or an empty place.
 */
static u64 *socket_slot(const struct nsh_survey *survey, u64 inode) {
    u64 mask = survey->sockets_size - 1, at = (inode * 0x9e3779b97f4a7c15UL) >> 32;
    for (int probe = 0; probe < PROBES; probe++, at++) {
        u64 *slot = &survey->sockets[at & mask], value = __atomic_load_n(slot, __ATOMIC_RELAXED);
        if (value == 0 || (u32)value == (u32)inode)
            return slot;
    }
    return 0;
}

void survey_socket(struct worker *worker, u32 fd, u64 inode) {
    u64 *slot = socket_slot(worker->survey, inode);
    u32 own = worker->process->links[LINK_NET],
        id = slot ? (u32)(__atomic_load_n(slot, __ATOMIC_RELAXED) >> 32) : 0;
    if (id == 0 || (id != own && !survey_seen(worker->survey, id))) {
        int copy = duplicate(worker, fd);
        if (copy < 0)
            return;
        int net = (int)SYS(ioctl, copy, SIOCGSKNS);
        SYS(close, copy);
        if (net < 0)
            return;
        id = survey_learn(worker, net);
        SYS(close, net);
        if (slot && id)
            __atomic_store_n(slot, (u64)id << 32 | (u32)inode, __ATOMIC_RELAXED);
    }
    if (id && own && id != own)
        record_held(worker, RECORD_SOCKET, fd, id);
}
