/*
 * Landlock: rights that a process gives up for good, see landlock(7). Which rights there are depends on the
 * ABI that the kernel tells; a ruleset asks for no others.
 */
#include "box.h"
#include "sys.h"
#include <linux/fcntl.h>
#include <linux/stat.h>

#define CREATE_RULESET_VERSION 1
#define RULE_PATH_BENEATH 1
#define RULE_NET_PORT 2

#define ACCESS_FS_EXECUTE (1UL << 0)
#define ACCESS_FS_WRITE_FILE (1UL << 1)
#define ACCESS_FS_READ_FILE (1UL << 2)
#define ACCESS_FS_READ_DIR (1UL << 3)
#define ACCESS_FS_TRUNCATE (1UL << 14)
#define ACCESS_FS_IOCTL_DEV (1UL << 15)
#define READING (ACCESS_FS_EXECUTE | ACCESS_FS_READ_FILE | ACCESS_FS_READ_DIR)
#define OF_FILES                                                                                             \
    (ACCESS_FS_EXECUTE | ACCESS_FS_WRITE_FILE | ACCESS_FS_READ_FILE | ACCESS_FS_TRUNCATE |                   \
     ACCESS_FS_IOCTL_DEV)
#define ACCESS_NET_BIND_TCP 1
#define ACCESS_NET_CONNECT_TCP 2

/* The newest of these structs; an older kernel takes the beginning. */
static struct { u64 fs, net, scoped; } handled;

/* All rights to files that this ABI knows: the first has 13, and some later ones add one more each. */
static u64 file_rights(long abi) {
    int count = abi >= 5 ? 16 : abi >= 3 ? 15 : abi >= 2 ? 14 : 13;
    return (1UL << count) - 1;
}

long op_landlock_ruleset(const struct args_landlock_ruleset *args) {
    long abi = SYS(landlock_create_ruleset, 0, 0, CREATE_RULESET_VERSION);
    if (abi < 0 || abi < (long)args->needed)
        return args->needed == 0 ? 0 : abi < 0 ? abi : -EOPNOTSUPP;
    handled.fs = args->filesystem ? file_rights(abi) : 0;
    handled.net = args->tcp && abi >= 4 ? ACCESS_NET_BIND_TCP | ACCESS_NET_CONNECT_TCP : 0;
    handled.scoped = abi >= 6 ? args->scope : 0;
    if (!handled.fs && !handled.net && !handled.scoped)
        return 0;
    u64 size = abi >= 6 ? sizeof handled : abi >= 4 ? 2 * sizeof(u64) : sizeof(u64);
    box.ruleset = (int)SYS(landlock_create_ruleset, &handled, size, 0);
    return box.ruleset < 0 ? box.ruleset : 0;
}

long op_landlock_path(const struct args_landlock_path *args) {
    struct {
        u64 rights;
        s32 parent;
    } __attribute__((packed)) rule = {0};
    struct statx stat = {0};
    rule.parent = (s32)SYS(openat, AT_FDCWD, args->path, O_PATH | O_CLOEXEC);
    if (rule.parent < 0)
        return rule.parent;
    SYS(statx, rule.parent, "", AT_EMPTY_PATH, STATX_TYPE, &stat);
    rule.rights = handled.fs & (args->write ? ~0UL : READING);
    if ((stat.stx_mode & 0170000) != 0040000)
        rule.rights &= OF_FILES;
    long error = SYS(landlock_add_rule, box.ruleset, RULE_PATH_BENEATH, &rule, 0);
    SYS(close, rule.parent);
    return error;
}

long op_landlock_port(const struct args_landlock_port *args) {
    struct {
        u64 rights, port;
    } rule = {handled.net, args->port};
    return SYS(landlock_add_rule, box.ruleset, RULE_NET_PORT, &rule, 0);
}

long op_landlock_restrict(void) {
    return box.ruleset < 0 ? 0 : SYS(landlock_restrict_self, box.ruleset, 0);
}
