/* Who the command is: user, groups and capabilities. See credentials(7), capabilities(7). */
#include "box.h"
#include "sys.h"
#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/sched.h>

#define MAX_GROUPS 65536 /* NGROUPS_MAX */

/* Until it executes the command this process is full of the caller's: see ptrace(2). */
long op_undumpable(void) {
    return SYS(prctl, PR_SET_DUMPABLE, 0);
}

static long become(u64 uid, u64 gid) {
    long error = SYS(setresgid, gid, gid, gid);
    return error < 0 ? error : SYS(setresuid, uid, uid, uid);
}

/* Whose id is not mapped can make no file in a filesystem of the namespace. */
long op_set_up_ids(const struct args_set_up_ids *args) {
    long error = become(args->uid, args->gid);
    return error == -EINVAL && args->optional ? 0 : error;
}

/* "5,1000": empty for none. */
long op_groups(const struct args_groups *args) {
    static u32 gids[MAX_GROUPS];
    u64 count = 0;
    for (const char *at = args->gids; *at && count < MAX_GROUPS; at += *at == ',') {
        u32 gid = 0;
        for (; *at && *at != ','; at++)
            gid = gid * 10 + (u32)(*at - '0');
        gids[count++] = gid;
    }
    long error = SYS(setgroups, count, gids);
    return error == -EPERM && args->optional ? 0 : error;
}

/* The permitted set has to outlive the change, so that what is to be kept of it can be chosen afterwards. */
long op_ids(const struct args_ids *args) {
    long error = SYS(prctl, PR_SET_KEEPCAPS, 1);
    return error < 0 ? error : become(args->uid, args->gid);
}

long op_unmapped_user(void) {
    return SYS(unshare, CLONE_NEWUSER);
}

static long set_capabilities(u64 permitted, u64 inheritable) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct sets[2] = {
        {(u32)permitted, (u32)permitted, (u32)inheritable},
        {(u32)(permitted >> 32), (u32)(permitted >> 32), (u32)(inheritable >> 32)},
    };
    return SYS(capset, &header, sets);
}

long limit_capabilities(u64 most) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct sets[2];
    long error = SYS(capget, &header, sets);
    u64 permitted = sets[0].permitted | (u64)sets[1].permitted << 32;
    return error < 0 ? error : set_capabilities(permitted & most, 0);
}

long op_capabilities(const struct args_capabilities *args) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct sets[2];
    long error = SYS(capget, &header, sets);
    u64 permitted = sets[0].permitted | (u64)sets[1].permitted << 32;
    if (error == 0 && (args->required & ~permitted))
        error = -EPERM;
    /* A change of user took them out of effect. */
    if (error == 0)
        error = set_capabilities(permitted, 0);
    if (error == 0)
        error = SYS(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    for (u64 number = 0; error == 0 && SYS(prctl, PR_CAPBSET_READ, number) >= 0; number++)
        if (!(args->bounding >> number & 1) && SYS(prctl, PR_CAPBSET_READ, number) == 1)
            error = SYS(prctl, PR_CAPBSET_DROP, number);
    if (error == 0)
        error = set_capabilities(permitted & args->permitted, permitted & args->ambient);
    for (u64 number = 0; error == 0 && args->ambient >> number; number++)
        if (permitted & args->ambient & 1UL << number)
            error = SYS(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0);
    return error;
}
