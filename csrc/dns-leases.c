/*
 * Names of containers, as the leases of their networks have them: NETWORKS/NAME/leases/ADDRESS, with the
 * lines "owner ID", "name HOSTNAME ALIAS…", "ipv6 ADDRESS". Read at each question, so that nobody has to be
 * told.
 */
#include "dns.h"
#include "socket.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>

#define LONGEST_LEASE 4096
#define MOST_LEASES 16384 /* of all networks, at one question */

static char networks[4096], owner[128];

/* One lease, while it is looked at. */
struct lease {
    struct net_address v4, v6;
    const char *owner, *names; /* their ends are at the ends of the lines */
    char text[LONGEST_LEASE];
};

/* What is looked for, and what was found. */
struct search {
    const struct dns_question *question;
    struct net_address reverse; /* family 0: for a name */
    struct dns_answers *answers;
    const char *network;
    u32 looked_at;
    int is_member, found;
    struct dns_answers before; /* those of the networks before */
};

void leases_begin(const char *directory, const char *id) {
    text_append(networks, networks + sizeof networks, directory);
    text_append(owner, owner + sizeof owner, id);
}

static int is_line(const char *line, const char *text) {
    while (*text && *line == *text)
        line++, text++;
    return !*text && (*line == '\n' || *line == 0);
}

static int read_lease(int directory, const char *name, struct lease *lease) {
    lease->owner = lease->names = "";
    lease->v6.family = 0;
    if (address_parse(name, name + text_length(name), &lease->v4) < 0 || lease->v4.family != AF_INET)
        return 0;
    int fd = (int)SYS(openat, directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return 0;
    long length = SYS(read, fd, lease->text, sizeof lease->text - 1);
    SYS(close, fd);
    lease->text[length > 0 ? length : 0] = 0;
    for (const char *line = lease->text; *line;) {
        const char *end = line;
        while (*end && *end != '\n')
            end++;
        if (text_begins(line, "owner "))
            lease->owner = line + 6;
        else if (text_begins(line, "name "))
            lease->names = line + 5;
        else if (text_begins(line, "ipv6 ") &&
                 (address_parse(line + 5, end, &lease->v6) < 0 || lease->v6.family != AF_INET6))
            lease->v6.family = 0;
        line = *end ? end + 1 : end;
    }
    return length > 0;
}

static char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? (char)(letter | 0x20) : letter;
}

/* The domain of all our networks: nobody else is asked for a name in it. */
#define DOMAIN "nsbox"

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

static int has_name(const struct lease *lease, const struct search *search) {
    for (const char *at = lease->names; *at && *at != '\n';) {
        if (is_asked(at, search->question->name, search->network))
            return 1;
        while (*at && *at != '\n' && *at != ' ')
            at++;
        while (*at == ' ')
            at++;
    }
    return 0;
}

static int has_address(const struct lease *lease, const struct net_address *address) {
    return address_equal(&lease->v4, address) || (lease->v6.family && address_equal(&lease->v6, address));
}

static void add(struct search *search, const struct lease *lease) {
    struct dns_answers *answers = search->answers;
    u16 type = search->question->type;
    if (answers->count == DNS_MOST_ANSWERS)
        return;
    if (search->reverse.family && type == DNS_PTR && *lease->names > ' ') {
        char *to = answers->name;
        for (const char *at = lease->names; *at > ' ' && to < answers->name + 250; at++)
            *to++ = *at;
        *to = 0;
        answers->count = 1;
    } else if (!search->reverse.family && type == DNS_A)
        answers->addresses[answers->count++] = lease->v4;
    else if (!search->reverse.family && type == DNS_AAAA && lease->v6.family)
        answers->addresses[answers->count++] = lease->v6;
}

static void look_at(struct search *search, int directory, const char *name) {
    static struct lease lease;
    if (name[0] == '.' || search->looked_at++ > MOST_LEASES || !read_lease(directory, name, &lease))
        return;
    search->is_member |= is_line(lease.owner, owner);
    int is_it = search->reverse.family ? has_address(&lease, &search->reverse) : has_name(&lease, search);
    search->found |= is_it;
    if (is_it)
        add(search, &lease);
}

/* Calls `each` with every name in `directory`, and closes it. */
static void each_name(struct search *search, int directory, char *bytes, u32 size,
                      void (*each)(struct search *, int, const char *)) {
    long length;
    while (directory >= 0 && (length = SYS(getdents64, directory, bytes, size)) > 0)
        for (long at = 0; at < length;) {
            const struct directory_entry *entry = (const struct directory_entry *)(bytes + at);
            each(search, directory, entry->name);
            at += entry->length;
        }
    if (directory >= 0)
        SYS(close, directory);
}

static int open_directory(int parent, const char *path) {
    return (int)SYS(openat, parent, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Only a network that this container is on itself has a say. */
static void look_through(struct search *search, int directory, const char *name) {
    static char bytes[4096] __attribute__((aligned(8)));
    char path[280];
    if (name[0] == '.')
        return;
    char *end = text_append(path, path + sizeof path, name);
    text_append(end, path + sizeof path, "/leases");
    search->network = name;
    search->before = *search->answers;
    int found = search->found;
    search->is_member = 0;
    each_name(search, open_directory(directory, path), bytes, sizeof bytes, look_at);
    if (!search->is_member) {
        *search->answers = search->before;
        search->found = found;
    }
}

int leases_answer(const struct dns_question *question, struct dns_answers *answers) {
    static char bytes[4096] __attribute__((aligned(8)));
    struct search search = {.question = question, .answers = answers};
    answers->count = 0;
    answers->type = question->type;
    answers->name[0] = 0;
    if (!question->name[0])
        return servers_none() ? DNS_NXDOMAIN : -1;
    if (dns_reverse(question->name, &search.reverse) < 0)
        search.reverse.family = 0;
    each_name(&search, open_directory(AT_FDCWD, networks), bytes, sizeof bytes, look_through);
    int is_ours = is_in_domain(question->name) || servers_none();
    return search.found ? DNS_GOOD : is_ours ? DNS_NXDOMAIN : -1;
}
