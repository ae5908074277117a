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

/* Without a step: all that comes before the exec of the command has been done. */
#define REACHED_EXEC (-1)
/* Without a step: the child is in its cgroups. */
#define REACHED_CGROUPS (-2)

/* Memory that a monitor shares with its supervisor. */
struct outcome {
    struct failure failure;
    s32 status; /* 128+n for signal n */
    s32 signal; /* that ended the command, 0 for none */
    u32 oom;    /* how many of its processes were killed for want of memory */
};

struct box {
    struct plan plan;
    int sources[MAX_SOURCES]; /* what is to be bound, by slot; -1 for none. 0: the root filesystem's mount */
    s64 start;                /* CLOCK_MONOTONIC in nanoseconds when the monitor began */
    u64 flags;                /* the namespaces that were made, CLONE_NEW… */
    s32 child;                /* PID of the command, as the monitor sees it */
    u32 step;                 /* of the operation that is done, from 1 */
    int detach;               /* the command goes on when the monitor ends */
    int die_by;               /* the signal by which the monitor is to end as the command did, 0 for none */

    void *file; /* that file, mapped: file_size bytes */
    u64 file_size;
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

    struct outcome *outcome; /* what the supervisor is told of this start; 0 without one */
    int supervisor;          /* socket to it, -1 for none */
    int kept;                /* the lock of a kept container's state, -1 for none */
    int parent;              /* pidfd: when that process ends, all of this does; -1 for none */
    int block;               /* nothing starts before this can be read, -1 for none */
    int sync;                /* held open until the end, -1 for none */
    int status;              /* gets a line of JSON for each event, -1 for none */
    const char *pid_file;    /* that was written, 0 for none */
    int names;               /* the directory where namespaces are bound, -1 for none */
    int undo;                /* the list of what is to be taken back, locked, -1 for none */
    int names_record;        /* the record of what was made for that, locked until the command runs; -1 */
    int lender; /* socket of the container's network, where devices of the host are; -1 for none */
    int beside; /* socket to the keeper of a program beside the command, -1 for none */
    int exit;   /* of a plan without a command */
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

/* Gives up all capabilities but these; the bounding set stays. */
long limit_capabilities(u64 most);

/* Closes every descriptor above 2 but `ours` and those that the list `keep` ("5,7") names. */
void close_others(const char *keep, const int *ours, u32 count);

/* The size of the helper in this file: the plan begins there. */
u64 helper_size(void);

/* Opens `path` inside the root filesystem, never outside it: see resolve.c. */
int resolve(const char *path, int flags);

/* Opens the directory that `path` is in, inside the root filesystem, and points `name` at its last part. */
int resolve_parent(const char *path, const char **name);

/* Removes the mount points that runs on this root filesystem made, unless another run still uses it. */
void remove_mount_points(void);

/* What was bound of namespaces stays: called once the command runs. */
void names_stay(void);
/* Takes back all that was made to bind namespaces, unless it is to stay. */
void names_undo(void);
/* 1 where a mount namespace stays, which needs its mount points. */
int names_hold_mounts(void);

/* Removes the file that the PID was written to. */
void remove_pid_file(void);
/* Remembers what the caller ignored and blocked, undoes what Bun changed, blocks all that is forwarded. */
void signals_take(void);
/* Gives it back; the child does so last of all before exec. */
void signals_give_back(void);
/* Ends this process by `signal`, without a core file. Returns where the caller ignores it. */
void signals_stop_by(int signal);
void signals_die_by(int signal);
/* 1 where process `pid` of a PID namespace would never notice the signal. */
int signal_is_lost(s32 pid, int signal);

/* Waits for the command, forwarding signals. Returns its exit status, 128+n for signal n. */
int monitor_wait(struct failure *failure);

/* Executes nsbox again to word what failed. Only returns (an exit status) where that cannot be done. */
int report(const struct failure *failure);

#endif
