/*
 * Paths inside a root filesystem that may be hostile: openat2(2) with RESOLVE_IN_ROOT, so that neither
 * a link nor ".." leads out. Where openat2 is not to be had, part by part, and any link at all is refused.
 */
#include "box.h"
#include "mounts.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/openat2.h>
#include <linux/stat.h>

static int resolve_by_part(char *path, int flags) {
    int here = (int)SYS(openat, box.root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (char *part = path; here >= 0 && *part;) {
        char *end = part;
        while (*end && *end != '/')
            end++;
        int last = *end == 0;
        *end = 0;
        int next = text_equal(part, "..")
                       ? -EXDEV
                       : (int)SYS(openat, here, *part ? part : ".",
                                  O_PATH | O_CLOEXEC | O_NOFOLLOW | (last ? flags : O_DIRECTORY));
        SYS(close, here);
        here = next;
        part = last ? end : end + 1;
    }
    return here;
}

/* A link that would have to be followed is refused instead. */
static int refuse_link(int fd) {
    struct statx stat;
    if (fd < 0 || SYS(statx, fd, "", AT_EMPTY_PATH, STATX_TYPE, &stat) < 0 ||
        (stat.stx_mode & S_IFMT) != S_IFLNK)
        return fd;
    SYS(close, fd);
    return -ELOOP;
}

static int resolve_with(const char *path, int flags) {
    struct open_how how = {
        .flags = (u64)(O_PATH | O_CLOEXEC | flags),
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };
    while (*path == '/')
        path++;
    int fd = -EAGAIN;
    /* EAGAIN: somebody renamed or mounted something somewhere while ".." was followed. */
    for (int tries = 0; tries < 100 && fd == -EAGAIN; tries++)
        fd = (int)SYS(openat2, box.root, *path ? path : ".", &how, sizeof how);
    if (fd == -ENOSYS) {
        char copy[4096];
        text_append(copy, copy + sizeof copy, path);
        int found = resolve_by_part(copy, flags);
        return flags & O_NOFOLLOW ? found : refuse_link(found);
    }
    return fd;
}

int resolve(const char *path, int flags) {
    return resolve_with(path, flags | O_NOFOLLOW);
}

int resolve_following(const char *path, int flags) {
    return resolve_with(path, flags);
}

const char *split_parent(char *copy, const char *path) {
    char *slash = copy;
    for (char *at = copy; *at; at++)
        if (*at == '/')
            slash = at;
    const char *name = path + (slash - copy) + (*slash == '/');
    *slash = 0;
    return name;
}

int resolve_parent(const char *path, const char **name) {
    char parent[4096];
    text_append(parent, parent + sizeof parent, path);
    *name = split_parent(parent, path);
    return resolve(parent, O_DIRECTORY);
}
