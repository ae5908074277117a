#include "dns-message.h"
#include "socket.h"
#include "text.h"

enum { ID = 0, FLAGS = 2, RCODE = 3, QUESTIONS = 4, ANSWERS = 6, AUTHORITIES = 8, ADDITIONAL = 10 };
enum { IS_REPLY = 0x80, OPCODE = 0x78, TRUNCATED = 2, RECURSION = 1, AVAILABLE = 0x80, CHECKING = 0x10 };

#define CLASS_IN 1
#define LONGEST_NAME 255
#define TTL 5 /* seconds: an address may be another's soon */

static u8 lower(u8 letter) {
    return letter >= 'A' && letter <= 'Z' ? letter | 0x20 : letter;
}

static int is_host_letter(u8 letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-' ||
           letter == '_';
}

/* Reads the name at `at` as text. Returns where it ends, 0 where it is none. Pointers have no place in a
 * question. */
static u32 read_name(const u8 *message, u32 size, u32 at, char *text) {
    u32 begin = at, length = 0;
    int is_host = 1;
    while (at < size && message[at] != 0) {
        u32 label = message[at++];
        if (label > 63 || at + label >= size || at + label - begin >= LONGEST_NAME)
            return 0;
        if (length > 0)
            text[length++] = '.';
        for (; label > 0; label--) {
            u8 letter = lower(message[at++]);
            is_host &= is_host_letter(letter);
            text[length++] = (char)letter;
        }
    }
    text[is_host ? length : 0] = 0;
    return at < size ? at + 1 : 0;
}

/* Behind the name of a record, which may end in a pointer. 0 where there is none. */
static u32 skip_name(const u8 *message, u32 size, u32 at) {
    u32 begin = at;
    while (at < size && at - begin < LONGEST_NAME) {
        if (message[at] >= 0xc0)
            return at + 2 <= size ? at + 2 : 0;
        if (message[at] > 63)
            return 0;
        if (message[at] == 0)
            return at + 1;
        at += 1U + message[at];
    }
    return 0;
}

/* What follows the question: an OPT record, a signature. Returns 0, or -1 where it is no such thing. */
static int read_additional(const u8 *message, u32 size, struct dns_question *question) {
    u32 at = question->end;
    for (u32 count = dns_u16(message + ADDITIONAL); count > 0; count--) {
        u32 fixed = skip_name(message, size, at);
        if (!fixed || fixed + 10 > size)
            return -1;
        if (dns_u16(message + fixed) == DNS_OPT) {
            if (question->edns)
                return -1;
            question->edns = 1;
        }
        at = fixed + 10 + dns_u16(message + fixed + 8);
        if (at > size)
            return -1;
    }
    return at == size ? 0 : -1;
}

int dns_read(const u8 *message, u32 size, struct dns_question *question) {
    question->edns = 0;
    question->end = 0;
    question->name[0] = 0;
    if (size < DNS_HEADER || (message[FLAGS] & IS_REPLY))
        return -1;
    question->id = (u16)dns_u16(message + ID);
    if (message[FLAGS] & OPCODE)
        return DNS_NOTIMP;
    if (size > DNS_LONGEST_QUESTION || dns_u16(message + QUESTIONS) != 1 || dns_u16(message + ANSWERS) ||
        (message[FLAGS] & TRUNCATED))
        return DNS_FORMERR;
    u32 end = read_name(message, size, DNS_HEADER, question->name);
    if (!end || end + 4 > size)
        return DNS_FORMERR;
    question->type = (u16)dns_u16(message + end);
    question->end = end + 4;
    /* The host's resolver may trust the host: it is not to be asked for whole zones, nor of itself. */
    if (dns_u16(message + end + 2) != CLASS_IN || question->type == DNS_AXFR || question->type == DNS_IXFR)
        return DNS_REFUSED;
    if (dns_u16(message + AUTHORITIES) || read_additional(message, size, question) < 0) {
        question->end = 0;
        return DNS_FORMERR;
    }
    return DNS_GOOD;
}

int dns_is_reply(const u8 *reply, u32 size, u16 id, const u8 *message, u32 end) {
    if (size < end || dns_u16(reply + ID) != id || !(reply[FLAGS] & IS_REPLY) || (reply[FLAGS] & OPCODE) ||
        dns_u16(reply + QUESTIONS) != 1)
        return 0;
    for (u32 at = DNS_HEADER; at < end - 4; at++)
        if (lower(reply[at]) != lower(message[at]))
            return 0;
    for (u32 at = end - 4; at < end; at++)
        if (reply[at] != message[at])
            return 0;
    return 1;
}

/* "zion" as a name of labels. Returns its length, 0 where it is none. */
static u32 put_name(u8 *out, const char *name) {
    u32 length = 0;
    while (*name) {
        u32 label = 0;
        while (name[label] && name[label] != '.')
            label++;
        if (label == 0 || label > 63 || length + label + 2 > LONGEST_NAME)
            return 0;
        out[length++] = (u8)label;
        for (u32 i = 0; i < label; i++)
            out[length++] = (u8)name[i];
        name += label + (name[label] == '.');
    }
    out[length++] = 0;
    return length;
}

/* One record of the name that was asked for. Returns where it ends. */
static u32 put_record(u8 *out, u32 at, const struct dns_answers *answers, u32 which) {
    const struct net_address *address = &answers->addresses[which];
    dns_put_u16(out + at, 0xc000 | DNS_HEADER); /* the name stands in the question */
    dns_put_u16(out + at + 2, answers->type);
    dns_put_u16(out + at + 4, CLASS_IN);
    dns_put_u16(out + at + 6, 0);
    dns_put_u16(out + at + 8, TTL);
    u8 *data = out + at + 12;
    u32 length = 0;
    if (answers->type == DNS_PTR)
        length = put_name(data, answers->name);
    else if (answers->type == DNS_AAAA)
        for (; length < 16; length++)
            data[length] = address->v6.ip[length];
    else
        for (; length < 4; length++)
            data[length] = address->v4[length];
    dns_put_u16(out + at + 10, length);
    return at + 12 + length;
}

u32 dns_write(u8 *out, const u8 *message, const struct dns_question *question, enum dns_status status,
              const struct dns_answers *answers) {
    u32 at = question->end ? question->end : DNS_HEADER;
    u32 count = answers ? answers->count : 0;
    for (u32 i = 0; i < at; i++)
        out[i] = message[i];
    out[FLAGS] = (u8)(IS_REPLY | (message[FLAGS] & (OPCODE | RECURSION)));
    out[RCODE] = (u8)(AVAILABLE | (message[RCODE] & CHECKING) | (u8)status);
    dns_put_u16(out + QUESTIONS, question->end ? 1 : 0);
    dns_put_u16(out + ANSWERS, count);
    dns_put_u16(out + AUTHORITIES, 0);
    dns_put_u16(out + ADDITIONAL, question->edns);
    for (u32 i = 0; i < count; i++)
        at = put_record(out, at, answers, i);
    if (question->edns) {
        static const u8 option[] = {
            0, 0, DNS_OPT, DNS_LONGEST_QUESTION >> 8, DNS_LONGEST_QUESTION & 0xff, 0, 0, 0, 0, 0, 0};
        for (u32 i = 0; i < sizeof option; i++)
            out[at++] = option[i];
    }
    return at;
}

static int ends_with(const char *text, u64 length, const char *end) {
    u64 size = text_length(end);
    return length > size && text_equal(text + length - size, end);
}

/* "5.0.88.10", up to `end`, is 10.88.0.5. */
static int reverse_v4(const char *name, const char *end, struct net_address *address) {
    char turned[16];
    char *to = turned;
    if (end - name >= (s64)sizeof turned)
        return -1;
    for (const char *stop = end; stop >= name;) {
        const char *part = stop;
        while (part > name && part[-1] != '.')
            part--;
        for (const char *at = part; at < stop; at++)
            *to++ = *at;
        if (part > name)
            *to++ = '.';
        stop = part - 1;
    }
    return address_parse(turned, to, address) == 0 && address->family == AF_INET ? 0 : -1;
}

/* 32 digits, the last first, a dot behind each. */
static int reverse_v6(const char *name, struct net_address *address) {
    *address = (struct net_address){.family = AF_INET6};
    for (u32 i = 0; i < 32; i++, name += 2) {
        char letter = name[0];
        int digit = letter >= '0' && letter <= '9' ? letter - '0' : letter >= 'a' ? letter - 'a' + 10 : -1;
        if (digit < 0 || digit > 15 || name[1] != '.')
            return -1;
        address->v6.ip[15 - i / 2] |= (u8)(digit << (i % 2 ? 4 : 0));
    }
    return 0;
}

int dns_reverse(const char *name, struct net_address *address) {
    static const char v4[] = ".in-addr.arpa", v6[] = ".ip6.arpa";
    u64 length = text_length(name);
    if (ends_with(name, length, v4))
        return reverse_v4(name, name + length - (sizeof v4 - 1), address);
    return ends_with(name, length, v6) && length == 63 + sizeof v6 - 1 ? reverse_v6(name, address) : -1;
}
