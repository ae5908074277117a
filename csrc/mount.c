/* New filesystems, by fsopen(2) and fsmount(2), or by mount(2) where those are not to be had. */
#include "box.h"
#include "mounts.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/mount.h>

/* Hands "a=b,?c=d" to fsconfig(2), one option at a time. What a question mark leads may be refused. */
static long configure(int fs, const char *options) {
    char copy[256];
    const char *end = copy + sizeof copy;
    long error = 0;
    while (*options && error == 0) {
        char *value = 0, *to = copy;
        int optional = *options == '?';
        for (options += optional; *options && *options != ','; options++) {
            if (to + 1 >= end)
                return -EINVAL;
            if (*options == '=' && !value) {
                *to++ = 0;
                value = to;
            } else
                *to++ = *options;
        }
        *to = 0;
        options += *options == ',';
        error = value ? SYS(fsconfig, fs, FSCONFIG_SET_STRING, copy, value, 0)
                      : SYS(fsconfig, fs, FSCONFIG_SET_FLAG, copy, 0, 0);
        if (optional)
            error = 0;
    }
    return error < 0 ? error : SYS(fsconfig, fs, FSCONFIG_CMD_CREATE, 0, 0, 0);
}

int new_filesystem(const char *type, const char *source, const char *options, u64 attributes) {
    int fs = (int)SYS(fsopen, type, FSOPEN_CLOEXEC);
    if (fs < 0)
        return fs;
    /* The source says nothing for most types, but mount(8) shows it. */
    long error = SYS(fsconfig, fs, FSCONFIG_SET_STRING, "source", *source ? source : type, 0);
    if (error == 0)
        error = configure(fs, options);
    int mount = error < 0 ? (int)error : (int)SYS(fsmount, fs, FSMOUNT_CLOEXEC, attributes);
    SYS(close, fs);
    return mount;
}

/* The same for mount(2), which takes them all at once: first with what is optional, then without. */
static long mount_old(const struct args_mount *args, int target) {
    char all[1024], needed[1024];
    char *a = all, *n = needed;
    const char *source = *args->source ? args->source : args->type;
    int optional = 0;
    for (const char *at = args->options; *at && a + 1 < all + sizeof all; at++) {
        if (*at == '?')
            optional = 1;
        else {
            *a++ = *at;
            if (!optional)
                *n++ = *at;
        }
        if (*at == ',')
            optional = 0;
    }
    *a = *n = 0;
    u64 flags = old_flags(args->attributes);
    long error = mount_on_fd(source, target, args->type, flags, all);
    return error == -EINVAL ? mount_on_fd(source, target, args->type, flags, needed) : error;
}

static int open_point(const struct args_mount *args) {
    return args->make ? open_target(args->target, 1) : resolve(args->target, O_DIRECTORY);
}

long op_mount(const struct args_mount *args) {
    if (args->when >= MAX_SLOTS || (args->when && !box.made[args->when]))
        return 0;
    int target = open_point(args);
    if (target < 0)
        return target;
    int mount = new_filesystem(args->type, args->source, args->options, args->attributes);
    long error = mount == -ENOSYS ? mount_old(args, target) : mount < 0 ? mount : attach(mount, target);
    if (mount == -ENOSYS && error == 0) {
        SYS(close, target);
        target = mount = open_point(args); /* what is mounted there now */
    } else
        SYS(close, target);
    if (error == 0 && text_equal(args->type, "tmpfs"))
        memory_note(mount);
    SYS(close, mount);
    return error;
}
