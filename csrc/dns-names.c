/* Names of containers: which lease a question is about, and what is answered. */
#include "dns.h"
#include "dns-leases.h"
#include "text.h"

/* The domain of all our networks: nobody else is asked for a name in it. */
#define DOMAIN "nsbox"

static char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? (char)(letter | 0x20) : letter;
}

/* 1 where the word at `word`, alone or as WORD.NETWORK.nsbox, is what was asked for. */
static int is_asked(const char *word, const char *asked, const char *network) {
    while (*word > ' ' && lower(*word) == *asked)
        word++, asked++;
    if (*word > ' ')
        return 0;
    if (*asked == 0)
        return 1;
    if (*asked++ != '.')
        return 0;
    while (*network && lower(*network) == *asked)
        network++, asked++;
    return !*network && text_equal(asked, "." DOMAIN);
}

static int is_in_domain(const char *asked) {
    u64 length = text_length(asked), own = sizeof DOMAIN - 1;
    return length >= own && text_equal(asked + length - own, DOMAIN) &&
           (length == own || asked[length - own - 1] == '.');
}

static const char *next_word(const char *at) {
    while (*at > ' ')
        at++;
    while (*at && *at <= ' ')
        at++;
    return at;
}

static int has_name(const struct lease *lease, const char *asked) {
    for (const char *at = lease->names; *at; at = next_word(at))
        if (*at > ' ' && is_asked(at, asked, lease->network))
            return 1;
    return 0;
}

/* 1 where the word is a name of labels: a host name may have one of 64 letters, or none between two dots. */
static int has_labels(const char *word) {
    const char *at = word;
    for (u32 label = 0; *at > ' '; at++) {
        if (*at == '.' ? label == 0 : ++label > 63)
            return 0;
        label = *at == '.' ? 0 : label;
    }
    return at > word;
}

static int has_address(const struct lease *lease, const struct net_address *address) {
    return address_equal(&lease->v4, address) || (lease->v6.family && address_equal(&lease->v6, address));
}

/* What is said of a lease that the question is about. */
static void answer(struct dns_answers *answers, const struct lease *lease, int by_name) {
    if (answers->count == DNS_MOST_ANSWERS)
        return;
    if (!by_name && answers->type == DNS_PTR) {
        const char *at = lease->names;
        char *to = answers->name;
        while (*at && !has_labels(at))
            at = next_word(at);
        answers->count = *at != 0;
        for (; *at > ' ' && to < answers->name + 250; at++)
            *to++ = *at;
        *to = 0;
    } else if (by_name && answers->type == DNS_A)
        answers->addresses[answers->count++] = lease->v4;
    else if (by_name && answers->type == DNS_AAAA && lease->v6.family)
        answers->addresses[answers->count++] = lease->v6;
}

int names_answer(const struct dns_question *question, struct dns_answers *answers) {
    struct net_address address;
    struct lease lease;
    u32 cursor = 0;
    int found = 0, by_name = dns_reverse(question->name, &address) < 0;
    answers->count = 0;
    answers->type = question->type;
    answers->name[0] = 0;
    if (question->name[0])
        leases_refresh();
    while (question->name[0] && leases_next(&cursor, &lease)) {
        int is_it = by_name ? has_name(&lease, question->name) : has_address(&lease, &address);
        if (!is_it || !lease_is_alive(&lease))
            continue;
        found = 1;
        answer(answers, &lease, by_name);
    }
    return found ? DNS_GOOD : is_in_domain(question->name) || servers_none() ? DNS_NXDOMAIN : -1;
}
