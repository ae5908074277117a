/* What the kernel counted in the command's cgroups: looked up at the end, and worded by nsbox. See
 * cgroups(7). */
#include "box.h"
#include "cgroup.h"
#include "proc.h"
#include "sys.h"
#include "text.h"
#include <asm/signal.h>
#include <linux/fcntl.h>

#define MAX_WATCHES 4
#define MAX_FIGURES 8
#define FIGURE 32

/* Its texts stand in the plan's file, which stays mapped. */
static struct watch {
    const char *path, *key, *figures;
    u64 count;
    char words[MAX_FIGURES][FIGURE]; /* the numbers in those files */
} watches[MAX_WATCHES];

static u32 watch_count;

long op_cgroup_watch(const struct args_cgroup_watch *args) {
    if (watch_count == MAX_WATCHES)
        return -E2BIG;
    watches[watch_count++] = (struct watch){args->path, args->key, args->figures, 0, {{0}}};
    return 0;
}

int cgroup_is_watched(void) {
    return watch_count > 0;
}

/* The number behind `key`, at the beginning of a line. */
static u64 number_behind(const char *text, const char *key) {
    u64 number = 0;
    while (*text && !(text_begins(text, key) && text[text_length(key)] == ' '))
        while (*text && *text++ != '\n')
            ;
    if (!*text)
        return 0;
    for (text += text_length(key) + 1; *text >= '0' && *text <= '9'; text++)
        number = number * 10 + (u64)(*text - '0');
    return number;
}

/* The first word of each of the files beside it, "" where it is not there. */
static void take_figures(struct watch *watch) {
    const char *at = watch->figures;
    const char *name = watch->path + text_length(watch->path);
    while (name > watch->path && name[-1] != '/')
        name--;
    for (u32 i = 0; i < MAX_FIGURES && *at; i++) {
        char path[4096], text[256];
        char *to = path;
        for (const char *c = watch->path; c < name; c++)
            *to++ = *c;
        for (; *at && *at != ' ' && to < path + sizeof path - 1; at++)
            *to++ = *at;
        at += *at == ' ';
        *to = 0;
        if (small_read(AT_FDCWD, path, text, sizeof text) < 0)
            continue;
        for (char *c = text; *c; c++)
            if (*c == '\n' || *c == ' ')
                *c = 0;
        text_append(watch->words[i], watch->words[i] + FIGURE, text);
    }
}

void cgroup_look(void) {
    char text[4096];
    for (u32 i = 0; i < watch_count; i++) {
        if (small_read(AT_FDCWD, watches[i].path, text, sizeof text) < 0)
            continue;
        watches[i].count = number_behind(text, watches[i].key);
        if (watches[i].count)
            take_figures(&watches[i]);
        if (box.outcome && text_equal(watches[i].key, "oom_kill"))
            box.outcome->oom = (u32)watches[i].count;
    }
}

/* In a child: what the status, or the signal that it is to end by, says to the caller stays our own. */
static void word(u32 index) {
    char plan[24], which[24], count[24];
    const struct watch *watch = &watches[index];
    const char *argv[6 + MAX_FIGURES + 1] = {"nsbox", "report", plan, which, "counted", count};
    const char *envp[] = {box.plan.display, 0};
    text_append_number(plan, plan + sizeof plan, (u64)box.plan_fd);
    text_append_number(which, which + sizeof which, index);
    text_append_number(count, count + sizeof count, watch->count);
    for (u32 i = 0; i < MAX_FIGURES; i++)
        argv[6 + i] = watch->words[i];
    argv[6 + MAX_FIGURES] = 0;
    long pid = SYS(clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) {
        signals_give_back();
        SYS(chdir, "/");
        SYS(fcntl, box.plan_fd, F_SETFD, 0);
        SYS(execveat, box.plan.executable, "", argv, envp, AT_EMPTY_PATH);
        leave(1);
    }
    if (pid > 0)
        SYS(wait4, pid, 0, 0, 0);
}

void cgroup_tell(void) {
    for (u32 i = 0; i < watch_count; i++)
        if (watches[i].count && box.plan.executable >= 0)
            word(i);
}
