#include "plan.h"
#include "text.h"
#include <linux/errno.h>

static const struct {
    u8 where;
    const char *fields;
} table[OP_COUNT] = {
#define ROW(name, NAME, where, fields, args) {WHERE_##where, fields},
    OPERATIONS(ROW)
#undef ROW
};

/* What is left of the text. `end` is behind a NUL, so every string that begins before it ends before it. */
struct cursor {
    const char *at, *end;
};

static const char *take(struct cursor *cursor) {
    const char *text = cursor->at;
    if (text >= cursor->end)
        return 0;
    cursor->at = plan_next(text);
    return text;
}

static int take_number(struct cursor *cursor, u64 *number) {
    const char *text = take(cursor);
    return text && text_number(text, number) == 0;
}

static int take_below(struct cursor *cursor, u32 *number, u64 limit) {
    u64 value;
    if (!take_number(cursor, &value) || value >= limit)
        return 0;
    *number = (u32)value;
    return 1;
}

static int take_field(struct cursor *cursor, char kind) {
    u64 number;
    if (kind == 'n')
        return take_number(cursor, &number);
    const char *text = take(cursor);
    if (!text)
        return 0;
    u64 length = text_length(text);
    return kind == 's' || (length > 0 && length < 4096);
}

static int take_operations(struct plan *plan, struct cursor *cursor) {
    for (u32 i = 0; i < plan->ops; i++) {
        u32 code;
        if (!take_below(cursor, &code, OP_COUNT))
            return 0;
        plan->code[i] = (u16)code;
        plan->where[i] = table[code].where;
        plan->fields[i] = cursor->at;
        for (const char *kind = table[code].fields; *kind; kind++)
            if (!take_field(cursor, *kind))
                return 0;
    }
    return 1;
}

/* All of them before a clone that never comes. */
static int is_without_command(struct plan *plan) {
    plan->clone = plan->ops;
    for (u32 i = 0; i < plan->ops; i++) {
        if (plan->where[i] == WHERE_ANY)
            plan->where[i] = WHERE_BEFORE;
        if (plan->where[i] != WHERE_BEFORE)
            return 0;
    }
    return plan->ops > 0;
}

/* before… clone outside… inside…, exec last and only there. */
static int order_is_right(struct plan *plan) {
    u32 clones = 0;
    if (plan->ops == 0 || plan->code[plan->ops - 1] != OP_EXEC)
        return is_without_command(plan);
    for (u32 i = plan->ops - 1; i-- > 0;) {
        if (plan->where[i] == WHERE_ANY)
            plan->where[i] = plan->where[i + 1];
        if (plan->where[i] > plan->where[i + 1] || plan->code[i] == OP_EXEC)
            return 0;
        if (plan->where[i] == WHERE_CLONE && plan->code[i] != OP_SAY) {
            plan->clone = i;
            clones++;
        }
    }
    return clones == 1;
}

long plan_read(struct plan *plan, const char *text, u64 size) {
    struct cursor cursor = {text, text + size};
    u64 executable;
    if (size == 0 || text[size - 1] != 0)
        return -EINVAL;
    const char *magic = take(&cursor);
    const char *hash = take(&cursor);
    if (!text_equal(magic, PLAN_MAGIC) || !hash || !text_equal(hash, PLAN_HASH))
        return -EPROTO;
    if (!take_number(&cursor, &executable) || !(plan->display = take(&cursor)) ||
        !take_number(&cursor, &plan->inject_step) || !take_number(&cursor, &plan->inject_errno) ||
        !take_below(&cursor, &plan->ops, MAX_OPS) || !take_below(&cursor, &plan->argc, size) ||
        !take_below(&cursor, &plan->envc, size) || plan->argc == 0)
        return -EINVAL;
    plan->executable = (s64)executable;
    if (!take_operations(plan, &cursor) || !order_is_right(plan))
        return -EINVAL;
    plan->argv = cursor.at;
    for (u64 left = (u64)plan->argc + plan->envc; left > 0; left--)
        if (!take(&cursor))
            return -EINVAL;
    return cursor.at == cursor.end ? 0 : -EINVAL;
}

void plan_arguments(const struct plan *plan, u32 index, u64 words[MAX_FIELDS]) {
    const char *at = plan->fields[index];
    for (const char *kind = table[plan->code[index]].fields; *kind; kind++, words++, at = plan_next(at))
        if (*kind != 'n' || text_number(at, words) != 0)
            *words = (u64)at;
}

const char *plan_next(const char *text) {
    return text + text_length(text) + 1;
}
