/* Threads in other namespaces than their process: unshare(2) and setns(2) move the calling thread alone. */
#include "survey.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>

static int strays(const u32 *links, const u32 *own) {
    for (u32 link = 0; link < LINKS; link++)
        if (links[link] && links[link] != own[link])
            return 1;
    return 0;
}

static void look_at_task(struct worker *worker, const char *tid) {
    char prefix[32], path[64], name[128];
    const char *end = path + sizeof path;
    u32 links[LINKS] = {0};
    u64 number;
    if (text_number(tid, &number) != 0 || number == worker->pid)
        return;
    text_append(
        text_append(text_append(prefix, prefix + sizeof prefix, "task/"), prefix + sizeof prefix, tid),
        prefix + sizeof prefix, "/");
    survey_links(worker, prefix, links);
    if (!strays(links, worker->process->links))
        return;
    text_append(text_append(path, end, prefix), end, "comm");
    long length = survey_read(worker->dir, path, name, sizeof name);
    if (length > 0 && name[length - 1] == '\n')
        length--;
    if (length < 0)
        length = 0;
    struct record_stray *record = survey_record(worker, RECORD_STRAY, sizeof *record + (u64)length);
    if (!record)
        return;
    record->pid = worker->pid;
    record->tid = (u32)number;
    record->name = (u32)length;
    memcpy(record->links, links, sizeof links);
    memcpy(record + 1, name, (u64)length);
    survey_learn_links(worker, prefix, links);
}

void survey_tasks(struct worker *worker) {
    char entries[4096];
    long got;
    int dir = (int)SYS(openat, worker->dir, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return;
    while (!worker->full && (got = SYS(getdents64, dir, entries, sizeof entries)) > 0)
        for (long at = 0; at < got && !worker->full;) {
            struct directory_entry *entry = (struct directory_entry *)(entries + at);
            at += entry->length;
            look_at_task(worker, entry->name);
        }
    SYS(close, dir);
}
