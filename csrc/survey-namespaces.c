/* Namespaces: the links that name them, and what each tells when it is open. See ioctl_ns(2). */
#include "survey.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/nsfs.h>
#include <linux/sched.h>
#include <linux/stat.h>

/* Linux 6.18. */
#define NS_GET_ID_6_18 _IOR(NSIO, 13, u64)

static const struct {
    const char *name;
    u64 flag;
} KINDS[LINKS] = {
    {"user", CLONE_NEWUSER}, {"mnt", CLONE_NEWNS},     {"pid", CLONE_NEWPID},       {"net", CLONE_NEWNET},
    {"uts", CLONE_NEWUTS},   {"ipc", CLONE_NEWIPC},    {"cgroup", CLONE_NEWCGROUP}, {"time", CLONE_NEWTIME},
    {"pid_for_children", 0}, {"time_for_children", 0},
};

static const char *link_path(char *path, const char *end, const char *prefix, u32 link) {
    text_append(text_append(text_append(path, end, prefix), end, "ns/"), end, KINDS[link].name);
    return path;
}

long survey_links(const struct worker *worker, const char *prefix, u32 *links) {
    char path[64], text[64];
    long denied = 0;
    text_append(text_append(path, path + sizeof path, prefix), path + sizeof path, "ns");
    int dir = (int)SYS(openat, worker->dir, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (u32 link = 0; dir >= 0 && !denied && link < LINKS; link++) {
        u64 id = 0;
        long length = SYS(readlinkat, dir, KINDS[link].name, text, sizeof text);
        for (long at = 0; at < length; at++)
            if (text[at] >= '0' && text[at] <= '9')
                id = id * 10 + (u64)(text[at] - '0');
        links[link] = (u32)id;
        /* It will not be another answer for the next one. */
        if (length == -EACCES || length == -EPERM)
            denied = length;
    }
    if (dir >= 0)
        SYS(close, dir);
    return denied;
}

enum { PROBES = 64 };

static u32 *slot_of(const struct nsh_survey *survey, u32 id, u32 wanted) {
    u64 mask = survey->seen_size - 1, at = (id * 0x9e3779b97f4a7c15UL) >> 32;
    for (int probe = 0; probe < PROBES; probe++, at++)
        if (__atomic_load_n(&survey->seen[at & mask], __ATOMIC_ACQUIRE) == wanted)
            return &survey->seen[at & mask];
    return 0;
}

int survey_seen(const struct nsh_survey *survey, u32 id) {
    return slot_of(survey, id, id) != 0;
}

/*
 * 1 for the one who comes first. What is forgotten may leave a hole before others, which are then recorded
 * twice, as they are where the table is full: whoever reads the records takes the first.
 */
static int see(struct nsh_survey *survey, u32 id) {
    while (!survey_seen(survey, id)) {
        u32 *slot = slot_of(survey, id, 0), empty = 0;
        if (!slot || __atomic_compare_exchange_n(slot, &empty, id, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            return 1;
    }
    return 0;
}

void survey_forget(struct nsh_survey *survey, u32 id) {
    u32 *slot = slot_of(survey, id, id);
    if (slot)
        __atomic_store_n(slot, 0, __ATOMIC_RELEASE);
}

static u32 kind_of(int fd) {
    long flag = SYS(ioctl, fd, NS_GET_NSTYPE);
    u32 kind = 0;
    while (kind < LINK_KINDS && (long)KINDS[kind].flag != flag)
        kind++;
    return kind;
}

/* Asks for a namespace above `fd`. Returns its id, or 0. */
static u32 above(struct worker *worker, int fd, u32 request) {
    int next = (int)SYS(ioctl, fd, request);
    if (next < 0)
        return 0;
    u32 id = survey_learn(worker, next);
    SYS(close, next);
    return id;
}

u32 survey_learn(struct worker *worker, int fd) {
    struct statx stat;
    if (SYS(statx, fd, "", AT_EMPTY_PATH, STATX_INO, &stat) < 0)
        return 0;
    u32 id = (u32)stat.stx_ino, kind = 0;
    if (!see(worker->survey, id))
        return id;
    struct record_namespace *record = 0;
    if ((kind = kind_of(fd)) < LINK_KINDS)
        record = survey_record(worker, RECORD_NAMESPACE, sizeof *record);
    if (!record) {
        survey_forget(worker->survey, id);
        return 0;
    }
    record->id = id;
    record->kind = kind;
    record->flags = record->uid = record->parent = 0;
    record->owner = above(worker, fd, NS_GET_USERNS);
    if (kind == LINK_USER)
        record->parent = record->owner;
    else if (kind == LINK_PID)
        record->parent = above(worker, fd, NS_GET_PARENT);
    if (!record->owner)
        record->flags |= NAMESPACE_OWNER_REFUSED;
    if (!record->parent && (kind == LINK_USER || kind == LINK_PID))
        record->flags |= NAMESPACE_PARENT_REFUSED;
    if (kind == LINK_USER && SYS(ioctl, fd, NS_GET_OWNER_UID, &record->uid) == 0)
        record->flags |= NAMESPACE_UID;
    if (SYS(ioctl, fd, NS_GET_ID_6_18, &record->serial) == 0)
        record->flags |= NAMESPACE_SERIAL;
    return id;
}

void survey_learn_links(struct worker *worker, const char *prefix, const u32 *links) {
    char path[64];
    for (u32 link = 0; link < LINKS; link++) {
        if (!links[link] || survey_seen(worker->survey, links[link]))
            continue;
        link_path(path, path + sizeof path, prefix, link);
        int fd = (int)SYS(openat, worker->dir, path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            continue;
        survey_learn(worker, fd);
        SYS(close, fd);
    }
}
