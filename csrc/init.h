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

/* recv(2), send(2) */
#define MSG_DONTWAIT 0x40
#define MSG_NOSIGNAL 0x4000

/* Modes, as src/sandbox/init.ts numbers them. */
enum { INIT_COMMAND, INIT_GROUP, INIT_FULL };

/* Starts as PID 1. Ends with the command. */
_Noreturn void init_main(u32 argc, const char **argv);

#endif
