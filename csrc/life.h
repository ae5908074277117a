/* The life of a run as its monitor sees it: signals, events, the end. */
#ifndef NSBOX_LIFE_H
#define NSBOX_LIFE_H

#include "types.h"

#define BIT(signal) (1UL << ((signal)-1))

/* What the monitor knows while it waits. */
struct life {
    u64 lost;     /* signals that PID 1 would not have noticed when they came */
    s64 deadline; /* when to look again, in nanoseconds of CLOCK_MONOTONIC */
    int ended_by; /* the signal in whose place we killed PID 1 */
    u64 keyed;    /* signals that the terminal sent to the whole group, us included */
    int told;     /* the signal that ended the command, as our init tells */
    int running;  /* the exec has happened */
};

extern struct life life;

/* CLOCK_MONOTONIC in nanoseconds. */
s64 now(void);

/* 1 where the command is PID 1 of a namespace that was made for it. */
int has_pid_namespace(void);

/* Ends the command by SIGKILL; its exit status shall be that of `signal`. */
void end_in_place_of(int signal);

/* The command stopped: so do we, in the sight of the caller's shell, and go on together. */
void stop_together(void);

/* Reads all that signalfd `signals` holds, and hands it on. */
void take_signals(int signals);

/* Ends PID 1 in the place of signals that it would still not notice. */
void second_look(void);

/* Ends what the command left behind: we are its reaper where there is no PID namespace. */
void end_orphans(void);

/* What happens is told: to the supervisor, and as a line of JSON to whoever asked for it. */
void tell_created(void);
void tell_started(void);
void tell_exited(int status, int signal);

#endif
