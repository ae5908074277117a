/*
 * The survey: every process of a /proc, what it is in, and every namespace that this leads to, as records in
 * memory that the caller gives. src/sys/survey.ts reads them, and knows the layout of each by the order of
 * its members: a change here is one there.
 */
#ifndef NSBOX_SURVEY_H
#define NSBOX_SURVEY_H

#include "library.h"
#include "types.h"

/* The links under /proc/PID/ns: the kinds in the order of the table in src/sys/survey.ts, and two more. */
enum { LINK_USER, LINK_MNT, LINK_PID, LINK_NET, LINK_KINDS = 8, LINKS = 10 };

/* What a survey is to look at. */
enum { SURVEY_THREADS = 1, SURVEY_DESCRIPTORS = 2, SURVEY_MOUNTS = 4 };

enum { RECORD_PROCESS = 1, RECORD_NAMESPACE, RECORD_STRAY, RECORD_DESCRIPTOR, RECORD_SOCKET, RECORD_BARE };

/* Flags of a process. */
enum {
    PROCESS_KERNEL = 1,
    PROCESS_DENIED = 2,             /* a link could not be read for want of a right */
    PROCESS_DESCRIPTORS_DENIED = 4, /* nor its descriptors */
    PROCESS_COMMAND = 8,            /* its command could be read */
    PROCESS_CGROUP = 16,            /* so could its cgroup */
    PROCESS_UNIFIED = 32,           /* which is that of v2 */
};

/* Texts stand behind a record, one after the other, without NUL; numbers before them. */
struct record_process {
    u32 size, tag;
    u32 pid, ppid;
    u64 start;
    u32 flags, uid, gid, threads;
    s32 nice, priority;
    u32 policy, state;
    u32 links[LINKS]; /* 0: not known */
    u32 pids;         /* how many numbers follow */
    u32 name, command, cgroup, freezer;
};

/* 0 in `owner` or `parent` with the flag: the kernel refused to name it. */
enum { NAMESPACE_OWNER_REFUSED = 1, NAMESPACE_PARENT_REFUSED = 2, NAMESPACE_UID = 4, NAMESPACE_SERIAL = 8 };

struct record_namespace {
    u32 size, tag;
    u32 id, kind;
    u32 owner, parent;
    u32 flags, uid;
    u64 serial;
};

/* A thread in other namespaces than its process. */
struct record_stray {
    u32 size, tag;
    u32 pid, tid;
    u32 links[LINKS];
    u32 name;
};

/* A descriptor that holds a namespace; of a socket, one that is not the process's own. */
struct record_held {
    u32 size, tag;
    u32 pid, fd;
    u32 id;
};

/* A mount namespace in which no namespaces are mounted. */
struct record_bare {
    u32 size, tag;
    u32 id;
};

/* Where one worker writes to. */
struct survey_part {
    u8 *bytes;
    u64 size, used;
    u32 pending; /* 1 + the index of the process that did not fit, 0 where all did */
    u32 vanished, hidden;
};

enum { SURVEY_WORKERS = 4 };

struct nsh_survey {
    s32 proc; /* descriptor of /proc */
    u32 flags;
    u32 plain;   /* a PID namespace whose processes have just the PID that /proc shows; 0: none is known */
    u32 workers; /* how many shall look */
    u32 major, minor; /* the device of all namespaces */
    const u32 *pids;
    u32 count, next; /* of those that nobody has taken yet */
    u32 *seen; /* ids of namespaces that a record was written of, by their hash; a power of two of them */
    u64 seen_size;
    u64 *sockets; /* inodes of sockets with the id of their net namespace above, likewise */
    u64 sockets_size;
    struct survey_part parts[SURVEY_WORKERS];
};

/*
 * Looks at the processes in `pids` from `next` on, with as many threads as can be had, and returns when all
 * is done (0), or when a worker's memory is full (1): then the caller reads it, sets `used` to 0, gives more
 * where nothing was written, and calls again.
 */
EXPORT long nsh_survey(struct nsh_survey *survey);

/* PIDs in /proc, in its order. Returns how many there are, which may be more than `capacity`. */
EXPORT long nsh_pids(int proc, u32 *pids, u64 capacity);

/*
 * Descriptors of the mount table and of the root directory of mount namespace `mnt`, taken by a child that
 * enters it, through user namespace `user` where that is not -1. Returns 0 or a negative errno.
 */
EXPORT long nsh_visit(int proc, int user, int mnt, s32 *fds);

/* A socket of rtnetlink(7) that belongs to the network namespace `net`; `user` as above. */
EXPORT long nsh_network(int user, int net);

/* One worker, and the process that it looks at. */
struct worker {
    struct nsh_survey *survey;
    struct survey_part *part;
    int full;
    int dir; /* /proc/PID: nothing below it is ever another process that got the same PID */
    int pidfd;
    u32 pid;
    struct record_process *process;
    u32 pid_ns_id; /* the PID namespace that was asked last; held open where it answers */
    int pid_ns;
};

enum { SURVEY_MOST_PIDS = 33 }; /* PID namespaces nest 32 deep */

/* Room for a record of `size` bytes with `tag`, rounded up; 0 and `full` where there is none. */
void *survey_record(struct worker *worker, u32 tag, u64 size);

/* Reads `path` below `dir` into `text`, and ends it with NUL. Returns its length or a negative errno. */
long survey_read(int dir, const char *path, char *text, u64 size);

/* The links in "PREFIXns/" below `dir`. Returns what kept one from being read, if it was a missing right. */
long survey_links(const struct worker *worker, const char *prefix, u32 *links);

/* Records the namespaces that `links` name and nobody has seen yet. */
void survey_learn_links(struct worker *worker, const char *prefix, const u32 *links);

/* The id of the namespace `fd`; records it, and those above it, unless that was done. 0: it is none. */
u32 survey_learn(struct worker *worker, int fd);

/* 1 where a record of namespace `id` was written. */
int survey_seen(const struct nsh_survey *survey, u32 id);

/* The same as if the record had not been written: its memory is taken back. */
void survey_forget(struct nsh_survey *survey, u32 id);

/* The parts of a process. */
long survey_process(struct worker *worker);
void survey_descriptors(struct worker *worker);
void survey_socket(struct worker *worker, u32 fd, u64 inode);
void survey_tasks(struct worker *worker);
void survey_mounts(struct worker *worker);

/* Its PIDs, from that in this /proc down to its own, into `pids`. Returns how many, 0 where it has just one.
 */
u32 survey_pids(struct worker *worker, u32 *pids);
void survey_let_go_of_pids(struct worker *worker);

#endif
