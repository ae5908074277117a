/* Points at which a test may kill us: the plan names one of them in its header, and there we wait. */
#ifndef NSBOX_HOLD_H
#define NSBOX_HOLD_H

#include "box.h"

/* Waits until SIGCONT comes, under a name by which it can be found. */
void hold(void);

static inline void reach(enum phase phase) {
    if (box.plan.inject_step == (u64)phase)
        hold();
}

#endif
