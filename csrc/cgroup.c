/*
 * The command's cgroups: made below their parents, given limits that are read back, and the waiting child put
 * into them. See cgroups(7).
 */
#include "box.h"
#include "cgroup.h"
#include "proc.h"
#include "sys.h"
#include "text.h"
#include "undo.h"
#include <linux/fcntl.h>

/* Others may remove a parent in the moment before ours is made in it. */
#define MAX_TRIES 100

static int path_in(char *path, u64 size, const char *directory, const char *name) {
    const char *end = path + size;
    char *at = text_append(text_append(text_append(path, end, directory), end, "/"), end, name);
    return at < end - 1;
}

static long read_in(const char *directory, const char *name, char *text, u64 size) {
    char path[4096];
    if (!path_in(path, sizeof path, directory, name))
        return -ENAMETOOLONG;
    return small_read(AT_FDCWD, path, text, size);
}

static long write_in(const char *directory, const char *name, const char *value) {
    char path[4096];
    return path_in(path, sizeof path, directory, name) ? small_write(AT_FDCWD, path, value) : -ENAMETOOLONG;
}

/* What parts words, and ends them. */
static int is_space(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == 0;
}

/* 1 where `word` (up to a space) is one of the words of `line`, which ends with it or with a line's end. */
static int has_word(const char *line, const char *word) {
    for (const char *at = line; *at && *at != '\n';) {
        const char *mine = word;
        for (; !is_space(*at) && *at == *mine; at++)
            mine++;
        if (is_space(*at) && is_space(*mine))
            return 1;
        while (!is_space(*at))
            at++;
        while (*at == ' ' || *at == '\t')
            at++;
    }
    return 0;
}

static const char *next_word(const char *words) {
    while (!is_space(*words))
        words++;
    return words + (*words == ' ');
}

/* Each of `controllers` that is not handed down by group `directory` yet. */
static long hand_down(const char *directory, const char *controllers) {
    char has[1024], wanted[1024];
    char *at = wanted;
    long error = read_in(directory, "cgroup.subtree_control", has, sizeof has);
    if (error < 0)
        return error;
    *at = 0;
    for (const char *word = controllers; *word; word = next_word(word)) {
        if (has_word(has, word))
            continue;
        at = text_append(at, wanted + sizeof wanted, at == wanted ? "+" : " +");
        for (const char *from = word; !is_space(*from) && at < wanted + sizeof wanted - 1; from++)
            *at++ = *from;
        *at = 0;
    }
    return at == wanted ? 0 : write_in(directory, "cgroup.subtree_control", wanted);
}

/* A group of v1's cpuset is born without processors and memory, and so without a use. */
static long inherit(const char *directory, const char *parent) {
    static const char files[2][16] = {"cpuset.cpus", "cpuset.mems"};
    char text[1024];
    for (u32 i = 0; i < COUNT(files); i++) {
        long length = read_in(directory, files[i], text, sizeof text);
        if (length < 0)
            return length;
        if (!is_space(text[0]))
            continue;
        length = read_in(parent, files[i], text, sizeof text);
        if (length >= 0)
            length = write_in(directory, files[i], text);
        if (length < 0)
            return length;
    }
    return 0;
}

/* Makes one group, whose parent is there. `how`: what is to be done with it at the end. */
static long make(const char *path, const char *parent, const char *how, int inherits) {
    if (SYS(faccessat, AT_FDCWD, path, 0) == 0 && !text_equal(how, "cgroup"))
        return 0;
    long error = undo_add(how, path);
    if (error == 0)
        error = SYS(mkdirat, AT_FDCWD, path, 0755);
    if (error == -EEXIST && text_equal(how, "cgroup")) {
        error = cgroup_remove(path);
        if (error == 0)
            error = SYS(mkdirat, AT_FDCWD, path, 0755);
    }
    if (error == -EEXIST)
        error = 0;
    return error == 0 && inherits ? inherit(path, parent) : error;
}

static long make_all(const struct args_cgroup_make *args) {
    char path[4096], parent[4096];
    const char *end = path + sizeof path;
    char *at = text_append(path, end, args->point);
    const char *rest = args->path + text_length(args->point);
    if (!text_begins(args->path, args->point) || *rest != '/')
        return -EINVAL;
    while (*rest) {
        long error = args->controllers[0] ? hand_down(path, args->controllers) : 0;
        if (error < 0)
            return error;
        text_append(parent, parent + sizeof parent, path);
        do
            if (at < end - 1)
                *at++ = *rest++;
            else
                return -ENAMETOOLONG;
        while (*rest && *rest != '/');
        *at = 0;
        error = make(path, parent, *rest ? "rmdir" : "cgroup", args->inherit != 0);
        if (error == 0 && text_equal(path, args->own))
            error = undo_add("rmdir", path);
        if (error < 0)
            return error;
    }
    return 0;
}

long op_cgroup_make(const struct args_cgroup_make *args) {
    long error = -ENOENT;
    for (int tries = 0; tries < MAX_TRIES && error == -ENOENT; tries++)
        error = make_all(args);
    return error < 0 && args->optional ? 0 : error;
}

long op_cgroup_aside(const struct args_cgroup_aside *args) {
    long error = SYS(mkdirat, AT_FDCWD, args->path, 0755);
    return error < 0 && error != -EEXIST ? error : write_in(args->path, "cgroup.procs", "0");
}

/* 1 where one line of `text` has all of `words`. */
static int has_line(const char *text, const char *words) {
    for (const char *line = text; *line;) {
        const char *word = words;
        while (*word && has_word(line, word))
            word = next_word(word);
        if (!*word)
            return 1;
        while (*line && *line++ != '\n')
            ;
    }
    return 0;
}

/* Says that `path` reads otherwise than what was written to it. */
static void say_reads(const char *path, const char *wrote, const char *reads) {
    char text[600];
    const char *end = text + sizeof text;
    const char *name = path;
    for (const char *c = path; *c; c++)
        if (*c == '/')
            name = c + 1;
    char *at = text_append(text_append(text_append(text, end, name), end, ": "), end, wrote);
    text_append(text_append(at, end, " reads as "), end, reads);
    op_say(&(struct args_say){.text = text});
}

static long check(const struct args_cgroup_write *args) {
    char text[4096];
    u64 wanted, found;
    long length = small_read(AT_FDCWD, args->path, text, sizeof text);
    if (length < 0)
        return args->number ? 0 : length;
    if (has_line(text, args->reads))
        return 0;
    text[text_length(text) - (length > 0 && text[length - 1] == '\n')] = 0;
    int is_number = text_number(text, &found) == 0;
    if (args->number && !is_number)
        return 0;
    if (!args->rounds || !is_number || text_number(args->reads, &wanted) < 0)
        return -EBADMSG;
    if (found > wanted || wanted - found >= args->rounds)
        return -EBADMSG;
    if (args->say)
        say_reads(args->path, args->reads, text);
    return 0;
}

/* The file of that name was not there; the next write is for its other name. */
static int absent;

long op_cgroup_write(const struct args_cgroup_write *args) {
    int had_first = !absent;
    absent = 0;
    if (args->absent == CGROUP_OTHER && had_first)
        return 0;
    long error = small_write(AT_FDCWD, args->path, args->value);
    if (error == -ENOENT && (args->absent == CGROUP_NEXT || args->absent == CGROUP_FINE)) {
        absent = args->absent == CGROUP_NEXT;
        return 0;
    }
    return error == 0 && args->reads[0] ? check(args) : error;
}
