/*
 * Reads plans as the helper does, with the sanitizers watching. Nothing in a plan is ever executed.
 *   harness read FILE…              the result of plan_read for each file, a line each
 *   harness truncate FILE…          every beginning of every file must be refused
 *   harness mutate SEED COUNT FILE… COUNT damaged plans; a line an operation: name, accepted, refused
 */
#include "../../csrc/plan.h"
#include "mutate.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *fields;
} table[OP_COUNT] = {
#define ROW(name, NAME, where, fields, args) {#name, fields},
    OPERATIONS(ROW)
#undef ROW
};

#define UNREAD 0xffff

static struct plan plan;
static unsigned long accepted[OP_COUNT], refused[OP_COUNT];

#define MUST(condition)                                                                                      \
    do                                                                                                       \
        if (!(condition)) {                                                                                  \
            fprintf(stderr, "accepted a plan where not: %s\n", #condition);                                  \
            abort();                                                                                         \
        }                                                                                                    \
    while (0)

static struct bytes read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    struct bytes all = {0, 0};
    if (!file || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        exit(2);
    }
    all.size = (size_t)ftell(file);
    all.data = malloc(all.size);
    rewind(file);
    if (fread(all.data, 1, all.size, file) != all.size)
        exit(2);
    fclose(file);
    return all;
}

/* What the interpreter relies on, and every byte that it would read. */
static void walk(struct bytes text) {
    u64 words[MAX_FIELDS];
    const char *at = plan.argv, *end = text.data + text.size;
    MUST(plan.ops > 0 && plan.ops < MAX_OPS && plan.argc > 0);
    /* Without a command all of it is done before a clone that never comes. */
    MUST(plan.clone <= plan.ops);
    MUST(plan.display + strlen(plan.display) < end);
    for (u32 i = 0; i < plan.ops; i++) {
        MUST(plan.code[i] < OP_COUNT && plan.where[i] < WHERE_ANY);
        MUST(i == 0 || plan.where[i - 1] <= plan.where[i]);
        MUST((plan.code[i] == OP_EXEC) == (plan.clone < plan.ops && i == plan.ops - 1));
        MUST(plan.clone < plan.ops || plan.where[i] == WHERE_BEFORE);
        MUST((plan.where[i] == WHERE_CLONE && plan.code[i] != OP_SAY) == (i == plan.clone));
        plan_arguments(&plan, i, words);
        for (u32 j = 0; table[plan.code[i]].fields[j]; j++) {
            if (table[plan.code[i]].fields[j] == 'n')
                continue;
            const char *string = (const char *)words[j];
            MUST(string >= text.data && string + strlen(string) < end);
            MUST(table[plan.code[i]].fields[j] == 's' || *string);
        }
    }
    for (u64 i = 0; i < (u64)plan.argc + plan.envc; i++, at = plan_next(at))
        MUST(at + strlen(at) < end);
    MUST(at == end);
}

static long read_plan(struct bytes text) {
    memset(&plan, 0xff, sizeof plan);
    long result = plan_read(&plan, text.data, text.size);
    if (result == 0)
        walk(text);
    for (u32 i = 0; i < MAX_OPS && plan.code[i] != UNREAD; i++)
        (result == 0 ? accepted : refused)[plan.code[i]]++;
    return result;
}

static int truncate_all(struct bytes text) {
    for (size_t size = 0; size < text.size; size++) {
        struct bytes part = {malloc(size + !size), size};
        memcpy(part.data, text.data, size);
        if (read_plan(part) == 0) {
            printf("accepted after %zu of %zu bytes\n", size, text.size);
            return 1;
        }
        free(part.data);
    }
    return 0;
}

static void mutate_all(struct bytes *files, size_t count, unsigned long rounds) {
    while (rounds-- > 0) {
        struct bytes damaged = mutate(files[mutate_pick(count)], files[mutate_pick(count)]);
        read_plan(damaged);
        free(damaged.data);
    }
    for (u32 i = 0; i < OP_COUNT; i++)
        printf("%s %lu %lu\n", table[i].name, accepted[i], refused[i]);
}

int main(int argc, char **argv) {
    int status = 0, first = argc > 1 && strcmp(argv[1], "mutate") == 0 ? 4 : 2;
    if (argc <= first)
        return 2;
    size_t count = (size_t)(argc - first);
    struct bytes *files = calloc(count, sizeof *files);
    for (size_t i = 0; i < count; i++)
        files[i] = read_file(argv[first + (int)i]);
    if (first == 4) {
        mutate_seed(strtoul(argv[2], 0, 10));
        mutate_all(files, count, strtoul(argv[3], 0, 10));
    }
    for (size_t i = 0; first == 2 && i < count; i++) {
        if (strcmp(argv[1], "truncate") == 0)
            status |= truncate_all(files[i]);
        else
            printf("%ld\n", read_plan(files[i]));
    }
    for (size_t i = 0; i < count; i++)
        free(files[i].data);
    free(files);
    return status;
}
