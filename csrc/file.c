/* Directories, links and files that are made: in the run's own filesystems only, see target.c. */
#include "box.h"
#include "mounts.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/mount.h>

/* One that is there is as good; its mode is left alone. */
long op_directory(const struct args_directory *args) {
    const char *name;
    int there = resolve_following(args->path, O_DIRECTORY);
    if (there != -ENOENT)
        return there < 0 ? there : SYS(close, there);
    int parent = make_parent(args->path, &name);
    if (parent < 0)
        return parent;
    long error = SYS(mkdirat, parent, name, args->mode);
    SYS(close, parent);
    return error;
}

/* A link that is there already, and says the same, is as good. */
long op_symlink(const struct args_symlink *args) {
    char there[4096];
    const char *name;
    int parent = make_parent(args->path, &name);
    if (parent < 0)
        return parent;
    long error = SYS(symlinkat, args->target, parent, name);
    if (error == -EEXIST) {
        long length = SYS(readlinkat, parent, name, there, sizeof there - 1);
        there[length > 0 ? length : 0] = 0;
        error = length > 0 && text_equal(there, args->target) ? 0 : error;
    }
    SYS(close, parent);
    return error;
}

static long write_all(int file, const char *bytes, u64 length) {
    while (length > 0) {
        long written = SYS(write, file, bytes, length);
        if (written < 0)
            return written;
        bytes += written;
        length -= (u64)written;
    }
    return 0;
}

static long fill(int file, const struct args_file *args) {
    static char buffer[65536];
    if ((s64)args->from < 0)
        return write_all(file, args->content, text_length(args->content));
    for (;;) {
        long length = SYS(read, args->from, buffer, sizeof buffer);
        if (length <= 0)
            return length;
        long error = write_all(file, buffer, (u64)length);
        if (error < 0)
            return error;
    }
}

static long make_file(int parent, const char *name, const struct args_file *args) {
    int file =
        (int)SYS(openat, parent, name, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, args->mode);
    if (file == -EEXIST) {
        long error = SYS(unlinkat, parent, name, 0);
        file = error < 0 ? (int)error
                         : (int)SYS(openat, parent, name,
                                    O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, args->mode);
    }
    if (file < 0)
        return file;
    long error = fill(file, args);
    SYS(close, file);
    return error;
}

/* The root filesystem is not written to: a file in the scratch filesystem is bound over the path. */
static long bind_scratch(const struct args_file *args) {
    static u64 count;
    char name[32];
    const struct attributes wanted = {.set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
    text_append_number(text_append(name, name + sizeof name, ".nsbox-"), name + sizeof name, ++count);
    long error = make_file(box.scratch, name, args);
    if (error < 0)
        return error;
    int target = open_target(args->path, 0);
    if (target < 0 && args->bound == 2) {
        SYS(write, 2, args->otherwise, text_length(args->otherwise));
        return SYS(unlinkat, box.scratch, name, 0);
    }
    if (target < 0)
        return target;
    int tree = (int)SYS(open_tree, box.scratch, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    error = tree < 0 ? tree : attach_with(tree, target, &wanted, 0);
    if (tree == -ENOSYS) {
        char path[128];
        descriptor_path(path, box.scratch);
        text_append(text_append(path + text_length(path), path + sizeof path, "/"), path + sizeof path, name);
        error = mount_on_fd(path, target, 0, MS_BIND, 0);
    }
    if (box.scratch == box.root)
        SYS(unlinkat, box.scratch, name, 0); /* or it would be seen inside */
    SYS(close, tree);
    SYS(close, target);
    return error;
}

long op_file(const struct args_file *args) {
    const char *name;
    if (args->bound)
        return bind_scratch(args);
    int parent = make_parent(args->path, &name);
    if (parent < 0)
        return parent;
    long error = make_file(parent, name, args);
    SYS(close, parent);
    return error;
}
