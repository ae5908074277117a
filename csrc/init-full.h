/* The whole startup as PID 1, modelled on baseimage's my_init: see docs/init.md. */
#ifndef NSBOX_INIT_FULL_H
#define NSBOX_INIT_FULL_H

#include "init.h"
#include "types.h"

int memcmp(const void *a, const void *b, u64 size);

/* How much is said: errors and warnings always. */
enum level { LOG_ALWAYS, LOG_INFO, LOG_DEBUG };

/* What all parts of it know. */
struct full {
    u64 flags;
    u64 process_timeout, all_timeout; /* seconds */
    const char *path;                 /* where programs are looked up when the environment has no PATH */
    int shutting_down;                /* TERM and INT are ignored now */
    int interrupted;                  /* one of them came */
};
extern struct full full;

/* Writes "*** ", the parts and a line's end to standard error. */
void full_log(enum level level, const char *const *parts);
#define LOG(level, ...) full_log(level, (const char *const[]){__VA_ARGS__, 0})
/* A number as a part; good until the fourth next call. */
const char *full_number(u64 number);

/* A program that PID 1 started and whose status it keeps, 0 included. */
struct program {
    s32 pid;
    int ended, status; /* as wait4(2) has it */
};

/* Starts a program, its standard output on `output` where that is not -1. Returns 0 where that failed. */
struct program *full_start(const char **argv, int output);
/* Waits until it ends. Returns 0, or -1 where TERM or INT came first. */
int full_wait(struct program *program);
/* Lets other work go on for so long, or until a signal came. */
void full_pause(u64 milliseconds);
/* TERM, and KILL when the time is over; waits for it. */
void full_stop(const char *name, struct program *program);
/* The status as a shell tells it, and forgets the program. */
int full_status(struct program *program);
/* TERM to everything, and KILL when the time is over. Only ever as PID 1 of a PID namespace. */
void full_kill_all(void);

/* The paths of the files in a directory, sorted by their bytes; dot files are left out. */
#define MAX_NAMES 4096
#define LISTING_ROOM 1048576
struct listing {
    u32 count, used;
    const char *paths[MAX_NAMES];
    char *text; /* mapped when it is first needed, LISTING_ROOM bytes */
};
/* Returns 0, a negative errno where the directory cannot be read, -EOVERFLOW where it holds too many. */
long full_list(struct listing *listing, const char *directory);

/* The environment: its variables, and the directory that holds them. */
void environment_take(const char **envp);
/* The null-ended list for execve(2). */
const char **environment_list(void);
/* The value of a variable, or 0. */
const char *environment_value(const char *name);
/* Reads the directory, if there is one: adds what is missing, or with `anew` replaces everything. */
void environment_import(int anew);
/* Writes the two files beside the directory, and with `files` one file for each variable into it. */
void environment_export(int files);

/* runit. Returns 0 where the root filesystem has none. */
struct program *runit_start(void);
void runit_stop_services(void);
void runit_wait_for_services(void);

#endif
