/* The supervisor of a kept container: what it and its clients and monitors say to each other. */
#ifndef NSBOX_SUPERVISE_H
#define NSBOX_SUPERVISE_H

#include "box.h"

/* The first byte of a message on the control socket, a SOCK_SEQPACKET. */
enum message {
    /* of a client */
    SAYS_ATTACH = 'A', /* + 1: it wants the output */
    SAYS_INPUT = 'I',  /* + bytes; the next only after HEARS_TAKEN */
    SAYS_END = 'E',    /* of its input */
    SAYS_WINDOW = 'W', /* + struct window */
    SAYS_SIGNAL = 'S', /* + its number, one byte */
    /* of the supervisor */
    HEARS_TAKEN = 'K',   /* the input has been written */
    HEARS_OUTPUT = 'O',  /* + bytes */
    HEARS_ERRORS = 'R',  /* + bytes */
    HEARS_STARTED = 'B', /* the command runs; of the monitor: + PID */
    HEARS_FAILED = 'F',  /* + struct failure */
    HEARS_EXITED = 'X',  /* + exit status, one byte */
    HEARS_FULL = 'N',    /* too many are connected already */
    /* of the monitor */
    HEARS_CREATED = 'C', /* + PID */
};

/* As much as one message carries. */
#define MESSAGE_SIZE 8192

struct parcel {
    char kind;
    char bytes[MESSAGE_SIZE];
};

/* What the monitor says to its supervisor. */
struct word {
    char kind;
    s32 pid;
} __attribute__((packed));

/* The monitor tells its supervisor, if it has one, of process `pid`. */
void supervisor_hears(enum message kind, s32 pid);

#endif
