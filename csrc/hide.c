/*
 * Filesystems of the kernel's that are mounted below the root filesystem: a proc of the host's, a cgroup
 * tree. What the command gets of these has places of its own; these are hidden.
 */
#include "box.h"
#include "mounts.h"
#include "proc.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/stat.h>

/* A line of mountinfo, see proc_pid_mountinfo(5): what is needed of it. */
struct line {
    u64 id;
    char *point, *type;
};

/* "\040" and the like become what they stand for. */
static void unescape(char *text) {
    char *to = text;
    for (; *text; text++)
        if (text[0] == '\\' && text[1] && text[2] && text[3]) {
            *to++ = (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0'));
            text += 3;
        } else
            *to++ = *text;
    *to = 0;
}

/* Takes a line apart: id, parent, device, root, point, options, others, "-", type, … Returns 0, or -1. */
static int take_apart(char *text, struct line *line) {
    u32 field = 0, behind = 0;
    line->point = line->type = 0;
    for (char *word = text; *word; field++) {
        char *end = word;
        while (*end && *end != ' ')
            end++;
        char *next = *end ? end + 1 : end;
        *end = 0;
        if (field == 0 && text_number(word, &line->id) != 0)
            return -1;
        if (field == 4)
            line->point = word;
        if (behind)
            line->type = word;
        if (line->type)
            break;
        behind = field > 5 && text_equal(word, "-");
        word = next;
    }
    if (!line->point || !line->type)
        return -1;
    unescape(line->point);
    return 0;
}

/* 1 where `types`, parted by spaces, has `type`. */
static int is_listed(const char *types, const char *type) {
    u64 length = text_length(type);
    for (; *types; types++) {
        if (text_begins(types, type) && (types[length] == ' ' || types[length] == 0))
            return 1;
        while (*types && *types != ' ')
            types++;
        if (!*types)
            break;
    }
    return 0;
}

/* /proc and /sys are the masks' affair. */
static int has_its_place(const char *path) {
    return text_equal(path, "/proc") || text_begins(path, "/proc/") || text_equal(path, "/sys") ||
           text_begins(path, "/sys/");
}

/* What is not there, or so that the command, which may do no more than we here, cannot get there either. */
static int is_out_of_reach(long error) {
    return error == -ENOENT || error == -ENOTDIR || error == -EACCES;
}

/* The same path may be a mount below another, in the tree that the root was copied from. */
static long hide(const char *path, u64 id) {
    struct statx stat = {0};
    int target = resolve(path, 0);
    if (target < 0)
        return is_out_of_reach(target) ? 0 : target;
    long error = SYS(statx, target, "", AT_EMPTY_PATH, STATX_MNT_ID, &stat);
    if (error == 0 && stat.stx_mnt_id == id)
        error = hide_target(target);
    SYS(close, target);
    return error;
}

/* The root's own path in this mount namespace. Returns its length without a slash at the end. */
static long root_path(char *path, u64 size) {
    char link[64];
    descriptor_path(link, box.root);
    long length = SYS(readlinkat, AT_FDCWD, link, path, size - 1);
    if (length > 0 && path[length - 1] == '/')
        length--;
    path[length > 0 ? length : 0] = 0;
    return length;
}

static long hide_line(char *text, const char *root, u64 length, const char *types) {
    struct line line;
    if (take_apart(text, &line) < 0 || !is_listed(types, line.type) || !text_begins(line.point, root))
        return 0;
    const char *path = line.point + length;
    return *path != '/' || has_its_place(path) ? 0 : hide(path, line.id);
}

long op_hide_filesystems(const struct args_hide_filesystems *args) {
    static char text[65536], root[4096];
    long length = root_path(root, sizeof root), held = 0, error = length < 0 ? length : 0;
    int fd = error < 0 ? -1 : (int)SYS(openat, AT_FDCWD, "/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error < 0 ? error : fd;
    for (long got = 1; error == 0 && got > 0;) {
        got = SYS(read, fd, text + held, sizeof text - 1 - (u64)held);
        long end = held + (got > 0 ? got : 0), from = 0;
        for (long at = held; at < end && error == 0; at++)
            if (text[at] == '\n') {
                text[at] = 0;
                error = hide_line(text + from, root, (u64)length, args->types);
                from = at + 1;
            }
        held = end - from;
        for (long at = 0; at < held; at++)
            text[at] = text[from + at];
        if (got < 0 && error == 0)
            error = got;
        /* No line is as long as this. */
        if (held >= (long)sizeof text - 1)
            error = -E2BIG;
    }
    SYS(close, fd);
    return error;
}
