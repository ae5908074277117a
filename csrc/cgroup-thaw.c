/* What was frozen has to go on before it can end: v1 lets even SIGKILL wait for that. */
#include "box.h"
#include "cgroup.h"
#include "proc.h"
#include "text.h"
#include <linux/fcntl.h>

#define MAX_GROUPS 16

/* Their texts stand in the plan's file, which stays mapped. */
static const char *groups[MAX_GROUPS];
static u32 count;

static void remember(const char *path) {
    for (u32 i = 0; i < count; i++)
        if (groups[i] == path)
            return;
    if (count < MAX_GROUPS)
        groups[count++] = path;
}

void cgroup_remember_all(void) {
    u64 words[MAX_FIELDS];
    for (u32 i = 0; i < box.plan.ops; i++) {
        if (box.plan.code[i] != OP_CGROUP_MAKE)
            continue;
        plan_arguments(&box.plan, i, words);
        remember(((const struct args_cgroup_make *)words)->path);
    }
}

static void write_in(const char *group, const char *name, const char *value) {
    char path[4096];
    const char *end = path + sizeof path;
    text_append(text_append(path, end, group), end, name);
    small_write(AT_FDCWD, path, value);
}

void cgroup_thaw(void) {
    for (u32 i = 0; i < count; i++) {
        write_in(groups[i], "/freezer.state", "THAWED");
        write_in(groups[i], "/cgroup.freeze", "0");
    }
}
