#include "net-address.h"
#include "socket.h"
#include "text.h"

u32 address_size(const struct net_address *address) {
    return address->family == AF_INET6 ? sizeof *address : 16;
}

void address_set_port(struct net_address *address, u16 port) {
    address->port[0] = (u8)(port >> 8);
    address->port[1] = (u8)port;
}

static int bytes_equal(const u8 *a, const u8 *b, u32 size) {
    for (u32 i = 0; i < size; i++)
        if (a[i] != b[i])
            return 0;
    return 1;
}

int address_equal(const struct net_address *a, const struct net_address *b) {
    if (a->family != b->family || !bytes_equal(a->port, b->port, 2))
        return 0;
    return a->family == AF_INET6 ? bytes_equal(a->v6.ip, b->v6.ip, 16) && a->v6.scope == b->v6.scope
                                 : bytes_equal(a->v4, b->v4, 4);
}

/* "10.88.0.5": four numbers without leading zeros, which others read as octal. */
static int parse_v4(const char *at, const char *end, u8 *bytes) {
    for (int part = 0; part < 4; part++) {
        u32 number = 0, digits = 0;
        if (part > 0 && (at == end || *at++ != '.'))
            return -1;
        for (; at < end && *at >= '0' && *at <= '9'; at++, digits++)
            number = number * 10 + (u32)(*at - '0');
        if (digits == 0 || digits > 3 || number > 255 || (digits > 1 && at[-(s64)digits] == '0'))
            return -1;
        bytes[part] = (u8)number;
    }
    return at == end ? 0 : -1;
}

static int hex_digit(char letter) {
    if (letter >= '0' && letter <= '9')
        return letter - '0';
    letter |= 0x20;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* RFC 4291, section 2.2: eight groups; "::" stands for as many of zero as are missing; the end may be IPv4.
 */
static int parse_v6(const char *at, const char *end, u8 *bytes) {
    u8 groups[16] = {0};
    u32 count = 0, gap = 99;
    if (end - at >= 2 && at[0] == ':' && at[1] == ':') {
        gap = 0;
        at += 2;
    }
    while (at < end) {
        u32 number = 0, digits = 0;
        const char *group = at;
        for (; at < end && hex_digit(*at) >= 0; at++, digits++)
            number = number << 4 | (u32)hex_digit(*at);
        if (at < end && *at == '.' && count <= 12 && parse_v4(group, end, groups + count) == 0) {
            count += 4;
            at = end;
            break;
        }
        if (digits == 0 || digits > 4 || count > 14)
            return -1;
        groups[count++] = (u8)(number >> 8);
        groups[count++] = (u8)number;
        if (at == end)
            break;
        if (*at++ != ':' || at == end)
            return -1;
        if (*at == ':') {
            if (gap != 99)
                return -1;
            gap = count;
            at++;
        }
    }
    if (gap == 99 ? count != 16 : count > 14)
        return -1;
    for (u32 i = 0; i < 16; i++)
        bytes[i] = 0;
    u32 before = gap == 99 ? count : gap;
    for (u32 i = 0; i < count; i++)
        bytes[i < before ? i : i + 16 - count] = groups[i];
    return 0;
}

int address_parse(const char *text, const char *end, struct net_address *address) {
    *address = (struct net_address){0};
    if (parse_v4(text, end, address->v4) == 0) {
        address->family = AF_INET;
        return 0;
    }
    *address = (struct net_address){0};
    if (parse_v6(text, end, address->v6.ip) < 0)
        return -1;
    address->family = AF_INET6;
    return 0;
}
