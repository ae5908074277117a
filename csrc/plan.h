/* The encoded plan: checked once, then walked. The encoding is described in src/plan/encode.ts. */
#ifndef NSBOX_PLAN_H
#define NSBOX_PLAN_H

#include "gen/abi.h"

#define MAX_OPS 8192

_Static_assert(FIRST_PHASE > MAX_OPS, "a phase is no step");

/* The lists come first, whole pages each, so that they can be given back once they are walked. */
struct plan {
    u16 code[MAX_OPS]; /* enum op of each operation */
    u8 where[MAX_OPS]; /* enum where; that of `say` is its successor's */
    const char *fields[MAX_OPS];
    s64 executable;      /* descriptor of nsbox's own executable, -1 for none */
    const char *display; /* the environment variable that a report of failure gets */
    u64 inject_step;     /* the step (from 1) that is to fail, or the phase to wait in, 0 for none */
    u64 inject_errno;    /* how it fails; 0: it waits before that step instead */
    u32 ops, argc, envc;
    u32 clone;        /* index of the one clone operation; `ops` where there is no command */
    const char *argv; /* argc strings, then envc more */
} __attribute__((aligned(4096)));

/*
 * Checks all of `text` (`size` bytes): hash, counts, every code and field, the order of the places, the
 * end. Returns 0 and fills `plan`, or a negative errno: EPROTO for another build's plan, EINVAL else.
 */
long plan_read(struct plan *plan, const char *text, u64 size);

/* The arguments of operation `index` as words: pointers to strings, or numbers. */
void plan_arguments(const struct plan *plan, u32 index, u64 words[MAX_FIELDS]);

/* The string after this one. */
const char *plan_next(const char *text);

#endif
