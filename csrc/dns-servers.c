/* The servers that questions are handed on to: those that were given, or the host's, see resolv.conf(5). */
#include "dns.h"
#include "dns-leases.h"
#include "net.h"
#include "socket.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/sockios.h>
#include <linux/stat.h>

#define DNS_PORT 53
#define AVOIDED (30 * NET_SECOND) /* who gave no answer */

static struct net_address list[DNS_MOST_SERVERS];
static s64 silent_until[DNS_MOST_SERVERS];
static u32 count;
static int given;  /* by the plan, not by the host's file */
static int closed; /* nobody is asked: the network is one of its own */
static struct {
    u64 inode, size, seconds;
    u32 nanoseconds, device;
} seen;

/* "fe80::1%eth0": the device behind the percent sign, by its name or number. */
static u32 scope_of(const char *at, const char *end) {
    struct {
        char name[16];
        s32 index;
        u8 rest[20];
    } request = {0};
    u64 number;
    if (end - at <= 0 || end - at >= (s64)sizeof request.name)
        return 0;
    memcpy(request.name, at, (u64)(end - at));
    if (text_number(request.name, &number) == 0)
        return (u32)number;
    int fd = (int)SYS(socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    long error = SYS(ioctl, fd, SIOCGIFINDEX, &request);
    SYS(close, fd);
    return error < 0 ? 0 : (u32)request.index;
}

static void add_server(const char *at, const char *end) {
    struct net_address *server = &list[count];
    const char *percent = at;
    while (percent < end && *percent != '%')
        percent++;
    if (count == DNS_MOST_SERVERS || address_parse(at, percent, server) < 0)
        return;
    if (percent < end && server->family == AF_INET6)
        server->v6.scope = scope_of(percent + 1, end);
    address_set_port(server, DNS_PORT);
    silent_until[count++] = 0;
}

static int is_space(char letter) {
    return letter == ' ' || letter == '\t';
}

static const char *word_end(const char *at) {
    while (*at && *at != '\n' && *at != '\r' && !is_space(*at))
        at++;
    return at;
}

static void read_lines(const char *at) {
    static const char word[] = "nameserver";
    while (*at) {
        if (text_begins(at, word) && is_space(at[sizeof word - 1])) {
            at += sizeof word - 1;
            while (is_space(*at))
                at++;
            add_server(at, word_end(at));
        }
        while (*at && *at != '\n')
            at++;
        at += *at == '\n';
    }
}

void servers_begin(const char *servers) {
    for (const char *at = servers; *at; at += *at == ' ') {
        const char *end = word_end(at);
        add_server(at, end);
        at = end;
    }
    closed = text_equal(servers, "none");
    given = count > 0 || closed;
}

/* The file as it is now. It may be replaced or rewritten at any time, and be anything. */
static void read_file(void) {
    static char text[16384];
    static const char local[] = "127.0.0.1";
    struct statx stat;
    int fd = (int)SYS(openat, AT_FDCWD, "/etc/resolv.conf", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    long length = fd < 0 ? fd : SYS(statx, fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &stat);
    if (length == 0 && (stat.stx_mode & S_IFMT) == S_IFREG)
        length = SYS(read, fd, text, sizeof text - 1);
    if (fd >= 0)
        SYS(close, fd);
    text[length > 0 ? length : 0] = 0;
    count = 0;
    read_lines(text);
    if (count == 0)
        add_server(local, local + sizeof local - 1);
}

int servers_none(void) {
    return closed;
}

u32 servers_read(struct net_address servers[DNS_MOST_SERVERS]) {
    struct statx stat = {0};
    if (!given) {
        SYS(statx, AT_FDCWD, "/etc/resolv.conf", 0, STATX_BASIC_STATS, &stat);
        if (count == 0 || stat.stx_ino != seen.inode || stat.stx_size != seen.size ||
            stat.stx_dev_minor != seen.device || (u64)stat.stx_mtime.tv_sec != seen.seconds ||
            stat.stx_mtime.tv_nsec != seen.nanoseconds) {
            read_file();
            seen.inode = stat.stx_ino;
            seen.size = stat.stx_size;
            seen.device = stat.stx_dev_minor;
            seen.seconds = (u64)stat.stx_mtime.tv_sec;
            seen.nanoseconds = stat.stx_mtime.tv_nsec;
        }
    }
    for (u32 i = 0; i < count; i++)
        servers[i] = list[i];
    return count;
}

u32 servers_next(u32 among, u32 tried) {
    u32 next = DNS_MOST_SERVERS;
    for (u32 i = among; i-- > 0;)
        if (!(tried & 1U << i) &&
            (next == DNS_MOST_SERVERS || silent_until[i] <= net.now || silent_until[next] > net.now))
            next = i;
    return next;
}

void servers_tell(u32 index, int answered) {
    silent_until[index] = answered ? 0 : net.now + AVOIDED;
}

void dns_random(void *bytes, u64 size) {
    SYS(getrandom, bytes, size, 0);
}

long dns_begin(const char *networks, const char *owner, const char *servers) {
    leases_begin(networks, owner);
    servers_begin(servers);
    return 0;
}
