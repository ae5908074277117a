/* The PIDs that a process has in the PID namespaces it is in. */
#include "survey.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/nsfs.h>
#include <linux/stat.h>

/* Linux 6.12; the PID is as the caller's own namespace has it. */
#define NS_GET_TGID_IN_PIDNS_6_12 _IOR(NSIO, 9, int)

static u32 inode_of(int fd) {
    struct statx stat;
    return SYS(statx, fd, "", AT_EMPTY_PATH, STATX_INO, &stat) < 0 ? 0 : (u32)stat.stx_ino;
}

void survey_let_go_of_pids(struct worker *worker) {
    if (worker->pid_ns >= 0)
        SYS(close, worker->pid_ns);
    worker->pid_ns = -1;
    worker->pid_ns_id = 0;
}

/* Holds the PID namespace `id` of the process open, if it is a child of the one that /proc shows. */
static void hold_pid_ns(struct worker *worker, u32 id) {
    survey_let_go_of_pids(worker);
    worker->pid_ns_id = id;
    int fd = (int)SYS(openat, worker->dir, "ns/pid", O_RDONLY | O_CLOEXEC);
    int parent = fd < 0 ? fd : (int)SYS(ioctl, fd, NS_GET_PARENT);
    if (parent >= 0 && inode_of(parent) == worker->survey->plain && inode_of(fd) == id)
        worker->pid_ns = fd;
    else if (fd >= 0)
        SYS(close, fd);
    if (parent >= 0)
        SYS(close, parent);
}

/* The quick way to two PIDs. Neighbours often are in the same namespace. */
static u32 ask_pid_ns(struct worker *worker, u32 *pids) {
    u32 id = worker->process->links[LINK_PID];
    struct statx stat;
    if (!worker->survey->plain || !id)
        return 0;
    if (worker->pid_ns_id != id)
        hold_pid_ns(worker, id);
    long inner = worker->pid_ns < 0 ? 0 : SYS(ioctl, worker->pid_ns, NS_GET_TGID_IN_PIDNS_6_12, worker->pid);
    /* Was it of the same process? If that still has its PID, it was. */
    if (inner <= 0 || SYS(statx, worker->dir, "stat", 0, STATX_TYPE, &stat) < 0)
        return 0;
    pids[0] = worker->pid;
    pids[1] = (u32)inner;
    return 2;
}

u32 survey_pids(struct worker *worker, u32 *pids) {
    char text[4096];
    u32 count = 0;
    if (worker->survey->plain && worker->process->links[LINK_PID] == worker->survey->plain)
        return 0;
    if ((count = ask_pid_ns(worker, pids)) > 0)
        return count;
    if (survey_read(worker->dir, "status", text, sizeof text) <= 0)
        return 0;
    for (const char *at = text; *at;) {
        if (text_begins(at, "NSpid:")) {
            for (at += 6; *at == '\t' && count < SURVEY_MOST_PIDS; count++)
                for (pids[count] = 0, at++; *at >= '0' && *at <= '9'; at++)
                    pids[count] = pids[count] * 10 + (u32)(*at - '0');
            return count;
        }
        while (*at && *at++ != '\n')
            ;
    }
    return 0;
}
