/* Our own PID 1: the helper alone, executed anew with nothing of the caller in it. */
#ifndef NSBOX_INIT_H
#define NSBOX_INIT_H

#include "types.h"

/* Its argv[0] and its name in ps. The words behind it: mode, descriptor of the link, descriptor to say on
 * that it is ready, PID of the command. */
#define INIT_NAME "nsbox-init"
#define INIT_WORDS 5

/*
 * What it says on the link is one byte: the signal that stopped the command, or with this bit ended it. What
 * it is told, before SIGCONT, is one byte: 1 where the caller's group has the terminal.
 */
#define INIT_ENDED 0x80

/* Modes, as src/sandbox/init.ts numbers them. */
enum { INIT_COMMAND, INIT_GROUP, INIT_FULL };

/* Of the whole startup, behind those: flags, two timeouts, PATH; then the command's. */
#define FULL_WORDS (INIT_WORDS + 4)

/* Flags of the whole startup, as src/plan/constants.ts has them. */
enum {
    INIT_QUIET = 1,
    INIT_VERBOSE = 2,
    INIT_NO_KILL_ALL = 4,
    INIT_SKIP_STARTUP = 8,
    INIT_SKIP_RUNIT = 16,
    INIT_NO_COMMAND = 32,
};

/* Seconds that were not given: the environment says, else 30. */
#define INIT_NO_TIMEOUT 4294967295

/* Starts as PID 1. Ends with the command. */
_Noreturn void init_main(u32 argc, const char **argv);

/* Says one byte to the monitor. */
void init_say(u8 word);

/* Hands the terminal on where that is due. Returns 1 where the command is to go on: see init.c. */
int init_may_go_on(s32 from);

/* The model's whole startup; `words` are those behind INIT_WORDS. */
_Noreturn void init_full(u32 count, const char **words, const char **envp);

#endif
