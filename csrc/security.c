/* What confines the command beyond its namespaces; Landlock and the filters have files of their own. */
#include "box.h"
#include "proc.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/keyctl.h>
#include <linux/prctl.h>
#include <linux/resource.h>

/*
 * The caller's keys stay the caller's. A kernel without keyrings has none to hide, and a filter around us
 * that refuses this call refuses it to the command as well.
 */
long op_keyring(void) {
    long keyring = SYS(keyctl, KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0);
    return keyring < 0 && keyring != -ENOSYS && keyring != -EPERM ? keyring : 0;
}

long op_oom_score_adj(const struct args_oom_score_adj *args) {
    char text[24];
    s64 score = (s64)args->score;
    char *at = text_append(text, text + sizeof text, score < 0 ? "-" : "");
    text_append_number(at, text + sizeof text, (u64)(score < 0 ? -score : score));
    return proc_write(0, "oom_score_adj", text);
}

long op_limit(const struct args_limit *args) {
    struct rlimit64 limit = {args->soft, args->hard}, old;
    long error = args->lower ? SYS(prlimit64, 0, args->resource, 0, &old) : 0;
    if (error < 0 || (args->lower && old.rlim_max <= limit.rlim_max))
        return error;
    return SYS(prlimit64, 0, args->resource, &limit, 0);
}

long op_nice(const struct args_nice *args) {
    return SYS(setpriority, PRIO_PROCESS, 0, args->value);
}

/* "0,2-3", as in cpuset(7). */
long op_cpu_affinity(const struct args_cpu_affinity *args) {
    u64 mask[128] = {0};
    const char *at = args->cpus;
    while (*at) {
        u64 first = 0, last = 0;
        for (; *at >= '0' && *at <= '9'; at++)
            first = first * 10 + (u64)(*at - '0');
        last = first;
        if (*at == '-')
            for (last = 0, at++; *at >= '0' && *at <= '9'; at++)
                last = last * 10 + (u64)(*at - '0');
        if ((*at && *at != ',') || last >= sizeof mask * 8)
            return -EINVAL;
        for (; first <= last; first++)
            mask[first / 64] |= 1UL << first % 64;
        at += *at == ',';
    }
    long error = SYS(sched_setaffinity, 0, sizeof mask, mask);
    return error < 0 ? error : 0;
}

long op_no_new_privs(void) {
    return SYS(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}
