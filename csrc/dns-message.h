/* Messages of the domain name system: RFC 1035, section 4. Nothing here looks at anything but its arguments.
 */
#ifndef NSBOX_DNS_MESSAGE_H
#define NSBOX_DNS_MESSAGE_H

#include "net-address.h"

#define DNS_HEADER 12
/* The longest question that is taken: with a cookie and padding there is room to spare. */
#define DNS_LONGEST_QUESTION 1232
/* Then an answer has no more than 512 bytes, which every client takes. */
#define DNS_MOST_ANSWERS 8

enum dns_type {
    DNS_A = 1,
    DNS_PTR = 12,
    DNS_AAAA = 28,
    DNS_OPT = 41,
    DNS_IXFR = 251,
    DNS_AXFR = 252,
    DNS_ANY = 255
};
enum dns_status { DNS_GOOD, DNS_FORMERR, DNS_SERVFAIL, DNS_NXDOMAIN, DNS_NOTIMP, DNS_REFUSED };

/* A question, read. */
struct dns_question {
    u16 id, type;
    u32 end;        /* of the question section */
    char name[256]; /* in small letters, parts parted by "."; empty for the root, or what no host name is */
    u8 edns;        /* it has an OPT record, RFC 6891 */
};

/*
 * Reads a message of a client. Returns -1 for what is to be dropped: too short for a header, or no question.
 * Else the status to refuse it with, or DNS_GOOD. `end` is set where the question section could be read.
 */
int dns_read(const u8 *message, u32 size, struct dns_question *question);

/* 1 where `reply` has this id and answers the question of `message`, which ends at `end`. */
int dns_is_reply(const u8 *reply, u32 size, u16 id, const u8 *message, u32 end);

/* What an answer says. */
struct dns_answers {
    u32 count;
    u16 type; /* DNS_A, DNS_AAAA or DNS_PTR */
    struct net_address addresses[DNS_MOST_ANSWERS];
    char name[256]; /* for DNS_PTR */
};

/* Writes a reply with this status, and `answers` (0 for none), into `out`, DNS_LONGEST_QUESTION bytes.
 * Returns its size. */
u32 dns_write(u8 *out, const u8 *message, const struct dns_question *question, enum dns_status status,
              const struct dns_answers *answers);

/* The address that a name of in-addr.arpa or ip6.arpa stands for. Returns 0, or -1 for another name. */
int dns_reverse(const char *name, struct net_address *address);

static inline u32 dns_u16(const u8 *at) {
    return (u32)at[0] << 8 | at[1];
}

static inline void dns_put_u16(u8 *at, u32 number) {
    at[0] = (u8)(number >> 8);
    at[1] = (u8)number;
}

#endif
