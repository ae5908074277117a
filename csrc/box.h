/* All that one run carries, in one place. There is one per process, so it is a global. */
#ifndef NSBOX_BOX_H
#define NSBOX_BOX_H

#include "plan.h"

#define MAX_SLOTS 64
#define MAX_SOURCES 1024
#define MAX_SIGNALS 64

/* What the child tells the monitor when an operation failed. */
struct failure {
    u32 step; /* from 1; 0 for none */
    s32 error;
};

struct box {
    struct plan plan;
    int sources[MAX_SOURCES]; /* what is to be bound, by slot; -1 for none. 0: the root filesystem's mount */
    s64 start;                /* CLOCK_MONOTONIC in nanoseconds when the monitor began */
    u64 flags;                /* the namespaces that were made, CLONE_NEW… */
    s32 child;                /* PID of the command, as the monitor sees it */
    int die_by;               /* the signal by which the monitor is to end as the command did, 0 for none */

    int plan_fd;          /* this very file: the helper with the plan behind it */
    int cwd;              /* the caller's working directory */
    int root;             /* the root filesystem: the directory, later the mount */
    int channel;          /* socket between monitor and child: release, end of file at exec or at its end */
    struct failure *told; /* shared memory: what failed in the child, also where a filter refuses all calls */
    int terminal;         /* -1 where there is none */
    int lock;             /* the directory that carries the lock, -1 for none */
    u8 made[MAX_SLOTS];
    int scratch; /* the filesystem in memory for changes and files, -1 for none */
    int mounts;  /* a mount namespace to be joined, -1 for none */
    int ruleset; /* Landlock's, -1 for none */

    struct {
        int file;     /* the helper alone, which becomes PID 1 */
        int link;     /* the monitor's end of a socket pair */
        int far_link; /* PID 1's end */
        int go;       /* the command waits here for PID 1, */
        int ready;    /* and PID 1 says here that it is ready */
    } init;           /* all -1 for none */

    u64 ignored; /* bit n-1: the caller ignored signal n */
    u64 mask;    /* the caller's signal mask */
    u32 umask;
};

extern struct box box;

/* Does operation `index`. Returns 0 or a negative errno. */
long interp_step(u32 index);

/* Does all operations at `where`. Returns 0, or fills `failure` and returns its error. */
long interp_walk(u32 where, struct failure *failure);

/* Moves a descriptor of ours off 0, 1 and 2, which the caller may have closed. */
int above_standard(int fd);

/* Closes every descriptor above 2 but `ours` and those that the list `keep` ("5,7") names. */
void close_others(const char *keep, const int *ours, u32 count);

/* The size of the helper in this file: the plan begins there. */
u64 helper_size(void);

/* Hands descriptor `fd` to the waiting child, for `slot`. Returns 0 or a negative errno. */
long handover_send(u32 slot, int fd);
/* The child's side: takes what is handed over until it is released. Returns 0, or less where it never is. */
long handover_wait(void);

/* Opens `path` inside the root filesystem, never outside it: see resolve.c. */
int resolve(const char *path, int flags);

/* Opens the directory that `path` is in, inside the root filesystem, and points `name` at its last part. */
int resolve_parent(const char *path, const char **name);

/* Removes the mount points that runs on this root filesystem made, unless another run still uses it. */
void remove_mount_points(void);

/* The terminal: its modes and its foreground group, as they were and as they are to be again. */
void terminal_save(void);
void terminal_restore(void);
/* 1 where this process's group is in the foreground of its controlling terminal. */
int terminal_is_ours(void);
/* Puts process group `group` into the foreground of it, if there is one. SIGTTOU has to be blocked. */
void terminal_give(s32 group);

/* Remembers what the caller ignored and blocked, undoes what Bun changed, blocks all that is forwarded. */
void signals_take(void);
/* Gives it back; the child does so last of all before exec. */
void signals_give_back(void);
/* Ends this process by `signal`, without a core file. Returns where the caller ignores it. */
void signals_die_by(int signal);
/* 1 where process `pid` of a PID namespace would never notice the signal. */
int signal_is_lost(s32 pid, int signal);

/* Waits for the command, forwarding signals. Returns its exit status, 128+n for signal n. */
int monitor_wait(struct failure *failure);

/* Executes nsbox again to word what failed. Only returns (an exit status) where that cannot be done. */
int report(const struct failure *failure);

#endif
