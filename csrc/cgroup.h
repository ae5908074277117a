/* The command's cgroups, and what is looked for in them at the end. */
#ifndef NSBOX_CGROUP_H
#define NSBOX_CGROUP_H

#include "types.h"

/* What is done where the file to be written is absent; as `absentCode` of src/sandbox/limits has them. */
enum { CGROUP_ERROR, CGROUP_NEXT, CGROUP_FINE, CGROUP_OTHER };

struct clone_args;

/* The process moves itself where op_cgroup_enter said. 0, or a negative errno and the step that is to blame.
 */
long cgroup_settle(u32 *step);

/* clone3(2), into the group of v2 where there is one. */
long cgroup_clone(struct clone_args *args);

/* fork(2), likewise. */
long cgroup_fork(void);

/* 1 where the process to come is put into groups. */
int cgroup_is_entered(void);

/* Looks up in the plan which groups are the command's own. */
void cgroup_remember_all(void);

/* Lets all in those go on that may be frozen. */
void cgroup_thaw(void);

/* 1 where something is to be looked for at the end. */
int cgroup_is_watched(void);

/* Looks for it, as long as the groups are there. */
void cgroup_look(void);

/* Has nsbox word what was found. */
void cgroup_tell(void);

#endif
