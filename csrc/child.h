/* The process in the new namespaces, from the clone to the exec of the command. */
#ifndef NSBOX_CHILD_H
#define NSBOX_CHILD_H

/* Waits for its release, walks the `inside` operations, and tells the monitor what failed. */
_Noreturn void child_main(void);

/* Moves the child into its cgroups; where that fails it ends. */
void child_settles(void);

/* Ends the child with a report where `result` is a negative errno and the clone operation is to blame. */
void child_fails_if(long result);

/* As execvp(3), in the directories of `path`. Only returns a negative errno. */
long exec_command(const char *path, const char **argv, const char **envp);

#endif
