#include "mutate.h"
#include <stdlib.h>
#include <string.h>

static unsigned long state;

void mutate_seed(unsigned long seed) {
    state = seed;
}

size_t mutate_pick(size_t limit) {
    /* xorshift64* */
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return limit ? (size_t)((state * 2685821657736338717UL) >> 11) % limit : 0;
}

/* `a`, then `b`, then `c`, in new memory of exactly that size. */
static struct bytes join(struct bytes a, struct bytes b, struct bytes c) {
    struct bytes all = {malloc(a.size + b.size + c.size + !(a.size + b.size + c.size)),
                        a.size + b.size + c.size};
    if (a.size)
        memcpy(all.data, a.data, a.size);
    if (b.size)
        memcpy(all.data + a.size, b.data, b.size);
    if (c.size)
        memcpy(all.data + a.size + b.size, c.data, c.size);
    return all;
}

static struct bytes slice(struct bytes plan, size_t from, size_t to) {
    return (struct bytes){plan.data + from, to - from};
}

/* Field number `index`, with its NUL, or what is left of it. */
static struct bytes field(struct bytes plan, size_t index) {
    size_t from = 0, to;
    for (;; from = to) {
        for (to = from; to < plan.size && plan.data[to]; to++)
            ;
        to += to < plan.size;
        if (index-- == 0 || to == plan.size)
            return slice(plan, from, to);
    }
}

static size_t count_fields(struct bytes plan) {
    size_t count = 0;
    for (size_t i = 0; i < plan.size; i++)
        count += !plan.data[i];
    return count;
}

static struct bytes replace(struct bytes plan, struct bytes old, struct bytes new) {
    size_t from = (size_t)(old.data - plan.data);
    return join(slice(plan, 0, from), new, slice(plan, from + old.size, plan.size));
}

static struct bytes edge_number(void) {
    static const char *numbers[] = {"",     "0",          "1",          "-1",
                                    "-",    "28",         "1023",       "1024",
                                    "4096", "4294967295", "4294967296", "9223372036854775807",
                                    "007",  "1e3",        "0x10",       "-9223372036854775808",
                                    "+1",   " 1",         "65536",      "18446744073709551616"};
    const char *number = numbers[mutate_pick(sizeof numbers / sizeof *numbers)];
    return (struct bytes){(char *)number, strlen(number) + 1};
}

static int is_number(struct bytes text) {
    size_t digits = strspn(text.data, "-0123456789");
    return text.size > 1 && digits + 1 == text.size;
}

/* A number field anywhere, the first one found from a random place on. */
static struct bytes number_field(struct bytes plan, size_t fields) {
    for (size_t index = mutate_pick(fields); index < fields; index++)
        if (is_number(field(plan, index)))
            return field(plan, index);
    return field(plan, 2);
}

static struct bytes damage(struct bytes plan, struct bytes other) {
    const struct bytes nothing = {0, 0}, nul = {"", 1};
    size_t fields = count_fields(plan), at = mutate_pick(plan.size);
    struct bytes one = field(plan, mutate_pick(fields)), copy;
    switch (mutate_pick(9)) {
    case 0: /* a bit */
        copy = join(plan, nothing, nothing);
        if (copy.size)
            copy.data[at] ^= (char)(1 << mutate_pick(8));
        return copy;
    case 1: /* truncation, now and then with a NUL at the new end */
        return join(slice(plan, 0, at), mutate_pick(2) ? nul : nothing, nothing);
    case 2: /* a NUL less: two fields become one */
        return one.size ? replace(plan, slice(one, one.size - 1, one.size), nothing)
                        : join(plan, nothing, nothing);
    case 3: /* a NUL more */
        return join(slice(plan, 0, at), nul, slice(plan, at, plan.size));
    case 4: /* another number */
        return fields > 9 ? replace(plan, number_field(plan, fields), edge_number())
                          : join(plan, nul, nothing);
    case 5: /* a field becomes a copy of another */
        return replace(plan, one, field(plan, mutate_pick(fields)));
    case 6: { /* the head of one plan, the tail of another, cut between fields */
        struct bytes head = field(plan, mutate_pick(fields)),
                     tail = field(other, mutate_pick(count_fields(other)));
        return join(slice(plan, 0, (size_t)(head.data - plan.data)),
                    slice(other, (size_t)(tail.data - other.data), other.size), nothing);
    }
    case 7: /* the header */
        return replace(plan, field(plan, mutate_pick(9)), edge_number());
    default: /* a field less */
        return replace(plan, one, nothing);
    }
}

struct bytes mutate(struct bytes plan, struct bytes other) {
    struct bytes damaged = damage(plan, other);
    for (size_t more = mutate_pick(3); more > 0 && damaged.size > 0; more--) {
        struct bytes next = damage(damaged, other);
        free(damaged.data);
        damaged = next;
    }
    return damaged;
}
