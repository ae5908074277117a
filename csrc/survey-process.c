/* One process: what it is, what it runs, where it belongs. See proc_pid(5). */
#include "survey.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/stat.h>

enum {
    LARGEST_TEXT = 4096, /* of a command and of a path */
    LARGEST_CGROUP = 16384,
    PF_KTHREAD = 0x00200000,
};

/* The number at `*at`, which is moved to the next field. */
static s64 field(const char **at) {
    const char *from = *at;
    int negative = *from == '-';
    u64 value = 0;
    for (from += negative; *from >= '0' && *from <= '9'; from++)
        value = value * 10 + (u64)(*from - '0');
    while (*from && *from != ' ')
        from++;
    *at = *from ? from + 1 : from;
    return negative ? -(s64)value : (s64)value;
}

/* A name may hold anything, ") " too: what ends it is the last one. */
static const char *end_of_name(const char *text, long length) {
    while (length > 0 && text[length - 1] != ')')
        length--;
    return length > 0 ? text + length - 1 : 0;
}

/* From /proc/PID/stat, see proc_pid_stat(5). `name` has room for 64 bytes and more. Returns 0 or an errno. */
static long read_stat(int dir, struct record_process *process, char *name) {
    char text[2048];
    long length = survey_read(dir, "stat", text, sizeof text);
    if (length <= 0)
        return length < 0 ? length : -ESRCH;
    const char *from = text, *end = end_of_name(text, length);
    while (*from && *from != '(')
        from++;
    if (!end || end <= from || !end[1] || !end[2])
        return -ESRCH;
    process->name = (u32)(end - from - 1);
    if (process->name > LARGEST_TEXT)
        return -ESRCH;
    memcpy(name, from + 1, process->name);
    process->state = (u8)end[2];
    const char *at = end + 4;
    for (int number = 4; number <= 41 && *at; number++) {
        s64 value = field(&at);
        if (number == 4)
            process->ppid = (u32)value;
        else if (number == 9)
            process->flags |= value & PF_KTHREAD ? PROCESS_KERNEL : 0;
        else if (number == 18)
            process->priority = (s32)value;
        else if (number == 19)
            process->nice = (s32)value;
        else if (number == 20)
            process->threads = (u32)value;
        else if (number == 22)
            process->start = (u64)value;
        else if (number == 41)
            process->policy = (u32)value;
    }
    return 0;
}

/* The directory of a process is its effective user's and group's, dumpable or not: cheaper than `status`. */
static void read_owner(int dir, struct record_process *process) {
    struct statx stat;
    process->uid = process->gid = ~0U;
    if (SYS(statx, dir, "", AT_EMPTY_PATH, STATX_UID | STATX_GID, &stat) == 0) {
        process->uid = stat.stx_uid;
        process->gid = stat.stx_gid;
    }
}

static u32 line_end(const char *line) {
    u32 length = 0;
    while (line[length] && line[length] != '\n')
        length++;
    return length;
}

/* The path in "ID:CONTROLLERS:PATH", and how long it is. */
static const char *path_of(const char *line, u32 length, u32 *path_length) {
    u32 at = 0;
    for (int colons = 0; colons < 2; at++)
        if (at >= length)
            return 0;
        else if (line[at] == ':')
            colons++;
    *path_length = length - at < LARGEST_TEXT ? length - at : LARGEST_TEXT;
    return line + at;
}

/*
 * The cgroup of v2 unless that is the root; else the first of v1 that is none, in the kernel's order. And
 * that of the freezer of v1, where it is not the root. See cgroups(7). Returns the end of both texts.
 */
static char *read_cgroup(struct worker *worker, char *to) {
    struct record_process *process = worker->process;
    char text[LARGEST_CGROUP];
    const char *best = 0, *freezer = 0;
    if (survey_read(worker->dir, "cgroup", text, sizeof text) < 0)
        return to;
    process->flags |= PROCESS_CGROUP;
    for (const char *line = text; *line;) {
        u32 length = line_end(line), size;
        const char *path = path_of(line, length, &size);
        if (path && size > 1) {
            int is_unified = text_begins(line, "0::");
            if (!best || is_unified)
                best = path, process->cgroup = size;
            if (is_unified)
                process->flags |= PROCESS_UNIFIED;
            for (const char *at = line; at < path; at++)
                if ((at[-(at > line)] == ':' || at[-(at > line)] == ',') && text_begins(at, "freezer"))
                    freezer = path, process->freezer = size;
        }
        line += length + (line[length] == '\n');
    }
    if (best)
        memcpy(to, best, process->cgroup);
    to += process->cgroup;
    if (freezer)
        memcpy(to, freezer, process->freezer);
    return to + process->freezer;
}

static char *read_command(struct worker *worker, char *to) {
    struct record_process *process = worker->process;
    long length = 0;
    if (!(process->flags & PROCESS_KERNEL) && process->state != 'Z')
        length = survey_read(worker->dir, "cmdline", to, LARGEST_TEXT + 1);
    if (length < 0)
        return to;
    process->flags |= PROCESS_COMMAND;
    process->command = (u32)length;
    return to + length;
}

long survey_process(struct worker *worker) {
    char name[2048];
    u64 room =
        sizeof(struct record_process) + SURVEY_MOST_PIDS * sizeof(u32) + sizeof name + 3 * LARGEST_TEXT + 16;
    struct record_process *process = survey_record(worker, RECORD_PROCESS, room);
    if (!process)
        return 0;
    *process = (struct record_process){.size = process->size, .tag = RECORD_PROCESS, .pid = worker->pid};
    worker->process = process;
    long error = read_stat(worker->dir, process, name);
    if (error < 0)
        return error;
    read_owner(worker->dir, process);
    if (survey_links(worker, "", process->links) < 0)
        process->flags |= PROCESS_DENIED;
    /* Without these it has ended, or is just about to: what it is now tells whether it counts. */
    else if (!process->links[LINK_NET] && (error = read_stat(worker->dir, process, name)) < 0)
        return error;
    u32 *pids = (u32 *)(process + 1);
    process->pids = survey_pids(worker, pids);
    char *to = (char *)(pids + process->pids);
    memcpy(to, name, process->name);
    to = read_cgroup(worker, read_command(worker, to + process->name));
    /* What was not needed is given back. */
    u64 size = ((u64)(to - (char *)process) + 7) & ~7UL;
    worker->part->used -= process->size - size;
    process->size = (u32)size;
    int is_new = process->links[LINK_MNT] && !survey_seen(worker->survey, process->links[LINK_MNT]);
    survey_learn_links(worker, "", process->links);
    if (is_new && worker->survey->flags & SURVEY_MOUNTS)
        survey_mounts(worker);
    if (process->threads > 1 && worker->survey->flags & SURVEY_THREADS)
        survey_tasks(worker);
    if (!(process->flags & PROCESS_KERNEL) && worker->survey->flags & SURVEY_DESCRIPTORS)
        survey_descriptors(worker);
    return 0;
}
