/* The maps of a new user namespace, which the monitor writes while the child waits: user_namespaces(7). */
#include "box.h"
#include "proc.h"
#include "sys.h"
#include "text.h"
#include "undo.h"

#define MAX_WORDS 1100 /* 340 lines of three numbers each, and a few */

long op_deny_setgroups(void) {
    return proc_write(box.child, "setgroups", "deny");
}

long op_uid_map(const struct args_uid_map *args) {
    return proc_write(box.child, "uid_map", args->map);
}

long op_gid_map(const struct args_gid_map *args) {
    return proc_write(box.child, "gid_map", args->map);
}

/* TOOL PID INSIDE OUTSIDE LENGTH…: the numbers of `map`, see newuidmap(1). */
static long map_by(const char *tool, const char *map) {
    static char text[65536];
    const char *argv[MAX_WORDS];
    char pid[24];
    u32 words = 2;
    argv[0] = tool;
    argv[1] = pid;
    text_append_number(pid, pid + sizeof pid, (u64)box.child);
    text_append(text, text + sizeof text, map);
    for (char *at = text; *at && words + 1 < MAX_WORDS;) {
        argv[words++] = at;
        while (*at && *at != ' ' && *at != '\n')
            at++;
        while (*at == ' ' || *at == '\n')
            *at++ = 0;
    }
    argv[words] = 0;
    return run_tool(argv);
}

long op_newuidmap(const struct args_newuidmap *args) {
    return map_by(args->tool, args->map);
}

long op_newgidmap(const struct args_newgidmap *args) {
    return map_by(args->tool, args->map);
}
