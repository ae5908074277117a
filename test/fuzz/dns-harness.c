/*
 * Reads what containers and servers may send, as the network helper does, with the sanitizers watching.
 *   dns-harness read FILE…                       status, type and name of each message, a line each
 *   dns-harness mutate SEED COUNT FILE…          COUNT damaged messages; a line: refused, dropped, answered
 *   dns-harness addresses SEED COUNT TEXT…       COUNT damaged addresses, as inet_pton(3) reads them
 *   dns-harness reverse NAME…                    the address of each name of in-addr.arpa and ip6.arpa
 *   dns-harness leases NETWORKS OWNER NAME TYPE  what a question is answered with
 *   dns-harness servers SEED COUNT FILE…         COUNT damaged resolv.conf(5); a line: most servers found
 */
#include "../../csrc/dns-servers.c"
#include "mutate.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* <arpa/inet.h> has names that are ours too. */
int inet_pton(int family, const char *text, void *address);
const char *inet_ntop(int family, const void *address, char *text, unsigned size);

struct net net;

static struct bytes load(const char *path) {
    FILE *file = fopen(path, "rb");
    struct bytes all = {malloc(1 << 17), 0};
    if (!file)
        abort();
    all.size = fread(all.data, 1, 1 << 17, file);
    fclose(file);
    return all;
}

static void print_address(const struct net_address *address) {
    char text[64];
    if (address->family == AF_INET6)
        inet_ntop(AF_INET6, address->v6.ip, text, sizeof text);
    else
        inet_ntop(AF_INET, address->v4, text, sizeof text);
    puts(text);
}

static int read_all(int count, char **paths) {
    for (int i = 0; i < count; i++) {
        static struct dns_question question;
        struct bytes message = load(paths[i]);
        int status = dns_read((u8 *)message.data, (u32)message.size, &question);
        printf("%d %d %s\n", status, status < 0 ? 0 : question.type, status < 0 ? "" : question.name);
        free(message.data);
    }
    return 0;
}

/* Whatever is answered fits, is a reply to that very question, and can be read again as far as it goes. */
static void check_answer(struct bytes message, const struct dns_question *question, enum dns_status status) {
    struct dns_answers answers = {.count = DNS_MOST_ANSWERS, .type = question->type, .name = "zion.web"};
    u8 *out = malloc(DNS_LONGEST_QUESTION);
    if (question->type == DNS_PTR)
        answers.count = 1;
    int good = status == DNS_GOOD;
    u32 size = dns_write(out, (u8 *)message.data, question, status, good ? &answers : 0);
    if (size > DNS_LONGEST_QUESTION || (!question->edns && size > 540))
        abort();
    if (question->end && !dns_is_reply(out, size, question->id, (u8 *)message.data, question->end))
        abort();
    if ((out[3] & 15) != (u8)status || !(out[2] & 0x80))
        abort();
    free(out);
}

static int mutate_all(unsigned long seed, long count, int files, char **paths) {
    long refused = 0, dropped = 0, answered = 0;
    static struct bytes *messages; /* reachable to the end */
    messages = malloc((size_t)files * sizeof *messages);
    for (int i = 0; i < files; i++)
        messages[i] = load(paths[i]);
    mutate_seed(seed);
    for (long i = 0; i < count; i++) {
        static struct dns_question question;
        struct net_address address;
        struct bytes damaged =
            mutate(messages[mutate_pick((size_t)files)], messages[mutate_pick((size_t)files)]);
        int status = dns_read((u8 *)damaged.data, (u32)damaged.size, &question);
        dropped += status < 0;
        refused += status > 0;
        answered += status == 0;
        if (status >= 0)
            check_answer(damaged, &question, (enum dns_status)status);
        if (status == DNS_GOOD) {
            dns_reverse(question.name, &address);
            struct bytes other = messages[mutate_pick((size_t)files)];
            dns_is_reply((u8 *)other.data, (u32)other.size, question.id, (u8 *)damaged.data, question.end);
        }
        free(damaged.data);
    }
    printf("%d %d %d\n", refused > 0, dropped > 0, answered > 0);
    return 0;
}

static int addresses(unsigned long seed, long count, int texts, char **words) {
    mutate_seed(seed);
    for (long i = 0; i < count; i++) {
        const char *word = words[mutate_pick((size_t)texts)], *other = words[mutate_pick((size_t)texts)];
        char text[128];
        u8 bytes[16];
        struct net_address address;
        snprintf(text, sizeof text, "%.*s%s", (int)mutate_pick(strlen(word) + 1), word,
                 other + mutate_pick(strlen(other) + 1));
        if (i % 3 == 0)
            snprintf(text, sizeof text, "%s", word);
        int got = address_parse(text, text + strlen(text), &address);
        int family = inet_pton(AF_INET, text, bytes) == 1    ? AF_INET
                     : inet_pton(AF_INET6, text, bytes) == 1 ? AF_INET6
                                                             : 0;
        if ((got == 0 ? address.family : 0) != family ||
            (family &&
             memcmp(family == AF_INET ? address.v4 : address.v6.ip, bytes, family == AF_INET ? 4 : 16))) {
            printf("%s: %d, inet_pton says %d\n", text, got == 0 ? address.family : 0, family);
            return 1;
        }
    }
    return 0;
}

static int reverse(int count, char **names) {
    for (int i = 0; i < count; i++) {
        struct net_address address;
        if (dns_reverse(names[i], &address) < 0)
            puts("none");
        else
            print_address(&address);
    }
    return 0;
}

static int leases(char **words) {
    static struct dns_question question;
    static struct dns_answers answers;
    leases_begin(words[0], words[1]);
    snprintf(question.name, sizeof question.name, "%s", words[2]);
    question.type = (u16)atoi(words[3]);
    printf("%d\n", names_answer(&question, &answers));
    for (u32 i = 0; i < answers.count; i++)
        if (question.type == DNS_PTR)
            puts(answers.name);
        else
            print_address(&answers.addresses[i]);
    return 0;
}

static int servers(unsigned long seed, long rounds, int files, char **paths) {
    u32 most = 0;
    mutate_seed(seed);
    for (long i = 0; i < rounds; i++) {
        struct bytes file = load(paths[mutate_pick((size_t)files)]);
        struct bytes damaged = i == 0 ? file : mutate(file, file);
        char *text = malloc(damaged.size + 1);
        memcpy(text, damaged.data, damaged.size);
        text[damaged.size] = 0;
        count = 0;
        read_lines(text);
        most = count > most ? count : most;
        for (u32 tried = 0; tried < 1U << count && count < 4; tried++)
            if (servers_next(count, tried) >= count && tried != (1U << count) - 1)
                abort();
        free(text);
        if (damaged.data != file.data)
            free(damaged.data);
        free(file.data);
    }
    printf("%u\n", most);
    return 0;
}

int main(int argc, char **argv) {
    const char *verb = argc > 1 ? argv[1] : "";
    if (!strcmp(verb, "read"))
        return read_all(argc - 2, argv + 2);
    if (!strcmp(verb, "reverse"))
        return reverse(argc - 2, argv + 2);
    if (!strcmp(verb, "leases") && argc == 6)
        return leases(argv + 2);
    if (argc < 5)
        return 2;
    unsigned long seed = strtoul(argv[2], 0, 10);
    long count_of = strtol(argv[3], 0, 10);
    if (!strcmp(verb, "mutate"))
        return mutate_all(seed, count_of, argc - 4, argv + 4);
    if (!strcmp(verb, "addresses"))
        return addresses(seed, count_of, argc - 4, argv + 4);
    return !strcmp(verb, "servers") ? servers(seed, count_of, argc - 4, argv + 4) : 2;
}
