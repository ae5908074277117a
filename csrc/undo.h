/*
 * The list of what is to be taken back when a run ends: a file of lines, written before what they name is
 * made, locked as long as the monitor lives. A killed monitor's is carried out by the next nsbox.
 */
#ifndef NSBOX_UNDO_H
#define NSBOX_UNDO_H

#include "types.h"

/* As much as a list may hold. */
#define UNDO_SIZE 65536

/* Parts the words of a tool's line. */
#define UNDO_SEPARATOR '\x1f'

/*
 * Notes one thing, before it is made:
 *   cgroup PATH          ends all that is in the group and below it, and removes it
 *   rmdir PATH           removes it if it is empty
 *   file PATH            unlinks it
 *   netns PATH           unlinks it, unless a namespace was bound over it
 *   netlink PROTO BASE64 [PATCHES]  sends the messages, in the network namespace of the monitor
 *   tool PATH ARG…       runs it, words parted by UNDO_SEPARATOR
 * Returns 0 or a negative errno; -ENOLCK where the plan begins no list.
 */
long undo_add(const char *what, const char *text);

/* Takes all of it back, the last first. What failed stays in the list, and the list in its place. */
void undo_all(void);

/* Ends all processes in cgroup `path` and below, and removes the groups. 0 or a negative errno. */
long cgroup_remove(const char *path);

/* Runs a program: its path and its words, parted by UNDO_SEPARATOR, which are cut apart in place. */
long run_words(char *text);

/* Runs `argv` without environment and without a word. Returns 0 where it exits so, EPERM else. */
long run_tool(const char *const *argv);

#endif
