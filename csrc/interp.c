/* Walks the plan: one short function an operation, and it stops at the first failure. */
#include "box.h"
#include "hold.h"
#include "sys.h"

struct box box;

static long run(u32 code, const u64 *words) {
    switch ((enum op)code) {
#define CASE(name, NAME, where, fields, args)                                                                \
    case OP_##NAME:                                                                                          \
        return op_##name(args);
        OPERATIONS(CASE)
#undef CASE
    case OP_COUNT:
        break;
    }
    return -ENOSYS;
}

long interp_step(u32 index) {
    u64 words[MAX_FIELDS];
    box.step = index + 1;
    if (box.plan.inject_step == index + 1) {
        if (box.plan.inject_errno)
            return -(long)box.plan.inject_errno;
        hold();
    }
    plan_arguments(&box.plan, index, words);
    return run(box.plan.code[index], words);
}

long interp_walk(u32 where, struct failure *failure) {
    for (u32 i = 0; i < box.plan.ops; i++) {
        if (box.plan.where[i] != where)
            continue;
        /* The last is the exec. Who dies before it leaves an end of file too, and has not begun. */
        if (i + 1 == box.plan.ops && box.told)
            box.told->error = REACHED_EXEC;
        long error = interp_step(i);
        if (error < 0) {
            *failure = (struct failure){i + 1, (s32)-error};
            return error;
        }
    }
    return 0;
}
