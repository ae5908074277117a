/* The workers of a survey: one is the caller, the others are threads of it for as long as the call takes. */
#include "survey.h"
#include "sys.h"
#include "text.h"
#include "thread.h"
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/futex.h>
#include <linux/sched.h>

enum { STACK = 1 << 18 };

/* As if nothing had been looked at since `begin`. */
static void take_back(struct worker *worker, u64 begin) {
    struct survey_part *part = worker->part;
    for (u64 at = begin; at < part->used; at += *(u32 *)(part->bytes + at)) {
        struct record_namespace *record = (struct record_namespace *)(part->bytes + at);
        if (record->tag == RECORD_NAMESPACE)
            survey_forget(worker->survey, record->id);
    }
    part->used = begin;
}

static void look_at(struct worker *worker, u32 index) {
    char name[16];
    struct survey_part *part = worker->part;
    u64 begin = part->used;
    worker->pid = worker->survey->pids[index];
    worker->full = 0;
    worker->pidfd = -1;
    text_append_number(name, name + sizeof name, worker->pid);
    worker->dir = (int)SYS(openat, worker->survey->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
    long error = worker->dir < 0 ? worker->dir : survey_process(worker);
    if (worker->pidfd >= 0)
        SYS(close, worker->pidfd);
    if (worker->dir >= 0)
        SYS(close, worker->dir);
    if (worker->full || error < 0)
        take_back(worker, begin);
    if (worker->full)
        part->pending = index + 1;
    /* Where there is no room for one more descriptor, the process is still there. */
    else if (error == -EPERM || error == -EACCES || error == -EMFILE || error == -ENFILE)
        part->hidden++;
    else if (error < 0)
        part->vanished++;
}

static void work(struct nsh_survey *survey, struct survey_part *part) {
    struct worker worker = {.survey = survey, .part = part, .pid_ns = -1};
    if (part->pending) {
        u32 index = part->pending - 1;
        part->pending = 0;
        look_at(&worker, index);
    }
    while (!part->pending) {
        u32 index = __atomic_fetch_add(&survey->next, 1, __ATOMIC_RELAXED);
        if (index >= survey->count)
            break;
        look_at(&worker, index);
    }
    survey_let_go_of_pids(&worker);
}

/* What a thread begins with, at the low end of its stack. */
struct task {
    struct nsh_survey *survey;
    struct survey_part *part;
    u32 alive;
};

static void task_entry(void *argument) {
    struct task *task = argument;
    work(task->survey, task->part);
    for (;;)
        SYS(exit, 0);
}

/* A thread for `part`, or 0. It takes no signals: their handlers would want what libc gives its own threads.
 */
static struct task *start_task(struct nsh_survey *survey, struct survey_part *part) {
    u64 all = ~0UL, mask;
    long stack = thread_stack(STACK);
    if (stack < 0 && stack > -4096)
        return 0;
    struct task *task = (struct task *)stack;
    *task = (struct task){survey, part, 1};
    u64 flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
                CLONE_CHILD_CLEARTID;
    SYS(rt_sigprocmask, SIG_BLOCK, &all, &mask, sizeof mask);
    long tid = thread_clone(flags, (char *)stack + STACK, &task->alive, task_entry, task);
    SYS(rt_sigprocmask, SIG_SETMASK, &mask, 0, sizeof mask);
    if (tid > 0)
        return task;
    SYS(munmap, stack, STACK);
    return 0;
}

static void join_task(struct task *task) {
    u32 alive;
    while ((alive = __atomic_load_n(&task->alive, __ATOMIC_ACQUIRE)) != 0)
        SYS(futex, &task->alive, FUTEX_WAIT, alive, 0);
    SYS(munmap, task, STACK);
}

long nsh_survey(struct nsh_survey *survey) {
    struct task *tasks[SURVEY_WORKERS] = {0};
    u32 workers = survey->workers < SURVEY_WORKERS ? survey->workers : SURVEY_WORKERS;
    for (u32 i = 1; i < workers; i++)
        tasks[i] = start_task(survey, &survey->parts[i]);
    work(survey, &survey->parts[0]);
    for (u32 i = 1; i < workers; i++)
        if (tasks[i])
            join_task(tasks[i]);
        else
            work(survey, &survey->parts[i]);
    u32 taken = __atomic_load_n(&survey->next, __ATOMIC_RELAXED);
    survey->next = taken < survey->count ? taken : survey->count;
    for (u32 i = 0; i < workers; i++)
        if (survey->parts[i].pending)
            return 1;
    return 0;
}

long nsh_pids(int proc, u32 *pids, u64 capacity) {
    char entries[16384];
    u64 count = 0;
    long got;
    SYS(lseek, proc, 0, 0);
    while ((got = SYS(getdents64, proc, entries, sizeof entries)) > 0)
        for (long at = 0; at < got;) {
            struct directory_entry *entry = (struct directory_entry *)(entries + at);
            u64 pid;
            at += entry->length;
            if (text_number(entry->name, &pid) != 0)
                continue;
            if (count < capacity)
                pids[count] = (u32)pid;
            count++;
        }
    return got < 0 ? got : (long)count;
}
