/*
 * NETWORKS/NAME/leases/ADDRESS, with the lines "owner ID", "name HOSTNAME ALIAS…", "ipv6 ADDRESS". Nobody has
 * to be told of a change: a directory in which a file was made or removed has another time.
 */
#include "dns-leases.h"
#include "socket.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/stat.h>
#include <linux/time_types.h>

#define LONGEST_LEASE 4096
#define MOST_NETWORKS 256
#define HELD 1048576 /* bytes: what does not fit is not known */

/* A time that is not older than this says nothing: the kernel's clock may not have gone on since. */
#define UNSETTLED 1 /* second */

/* What tells a directory from itself at another time. */
struct stamp {
    u64 inode, seconds;
    u32 nanoseconds, device;
};

static char networks[4096], owner[128];
static struct stamp stamps[MOST_NETWORKS];
static u32 stamped;
static int settled;

/* Records: the two addresses, then three strings, each ended by NUL. */
static char held[HELD];
static u32 used;

static char bytes[2][4096] __attribute__((aligned(8)));

void leases_begin(const char *directory, const char *id) {
    text_append(networks, networks + sizeof networks, directory);
    text_append(owner, owner + sizeof owner, id);
}

static int open_directory(int parent, const char *path) {
    return (int)SYS(openat, parent, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* The line that begins with `key` and a space, without these; "" where there is none. Ends all lines by NUL.
 */
static const char *line_of(char *text, u64 length, const char *key) {
    const char *end = text + length;
    for (const char *line = text; line < end; line += text_length(line) + 1)
        if (text_begins(line, key) && line[text_length(key)] == ' ')
            return line + text_length(key) + 1;
    return "";
}

/* Appends one string. Returns 0 where there is no room. */
static int hold_text(const char *text) {
    u64 size = text_length(text) + 1;
    if (used + size > HELD)
        return 0;
    memcpy(held + used, text, size);
    used += (u32)size;
    return 1;
}

static void hold(const struct lease *lease) {
    u32 before = used;
    if (used + 2 * sizeof lease->v4 <= HELD) {
        memcpy(held + used, &lease->v4, sizeof lease->v4);
        memcpy(held + used + sizeof lease->v4, &lease->v6, sizeof lease->v6);
        used += 2 * sizeof lease->v4;
        if (hold_text(lease->owner) && hold_text(lease->names) && hold_text(lease->network))
            return;
    }
    used = before;
}

/* Returns 1 where the lease is this container's own. */
static int read_lease(int directory, const char *network, const char *name) {
    static char text[LONGEST_LEASE];
    struct lease lease = {.network = network};
    if (address_parse(name, name + text_length(name), &lease.v4) < 0 || lease.v4.family != AF_INET)
        return 0;
    int fd = (int)SYS(openat, directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return 0;
    long got = SYS(read, fd, text, sizeof text - 1);
    u64 length = got > 0 ? (u64)got : 0;
    SYS(close, fd);
    text[length] = 0;
    for (u64 i = 0; i < length; i++)
        if (text[i] == '\n')
            text[i] = 0;
    const char *v6 = line_of(text, length, "ipv6");
    if (address_parse(v6, v6 + text_length(v6), &lease.v6) < 0 || lease.v6.family != AF_INET6)
        lease.v6.family = 0;
    lease.owner = line_of(text, length, "owner");
    lease.names = line_of(text, length, "name");
    /* Somebody is still writing it. */
    if (!*lease.owner)
        settled = 0;
    hold(&lease);
    return text_equal(lease.owner, owner);
}

/* Only a network that this container is on itself has a say. */
static void read_network(int directory, const char *network) {
    u32 before = used;
    int is_member = 0;
    long length;
    while ((length = SYS(getdents64, directory, bytes[1], sizeof bytes[1])) > 0)
        for (long at = 0; at < length;) {
            const struct directory_entry *entry = (const struct directory_entry *)(bytes[1] + at);
            is_member |= read_lease(directory, network, entry->name);
            at += entry->length;
        }
    if (!is_member)
        used = before;
}

static struct stamp stamp_of(int directory) {
    struct statx stat = {0};
    SYS(statx, directory, "", AT_EMPTY_PATH, STATX_MTIME | STATX_INO, &stat);
    return (struct stamp){stat.stx_ino, (u64)stat.stx_mtime.tv_sec, stat.stx_mtime.tv_nsec,
                          stat.stx_dev_minor};
}

static int is_same(const struct stamp *a, const struct stamp *b) {
    return a->inode == b->inode && a->seconds == b->seconds && a->nanoseconds == b->nanoseconds &&
           a->device == b->device;
}

/* Looks at all networks, in the order of the directory. `reads`: takes in what they hold, else only compares.
 */
static int walk(int reads) {
    u32 count = 0;
    int same = 1;
    long length;
    struct __kernel_timespec time;
    SYS(clock_gettime, 0, &time); /* CLOCK_REALTIME */
    int top = open_directory(AT_FDCWD, networks);
    settled = reads ? 1 : settled;
    while (top >= 0 && (length = SYS(getdents64, top, bytes[0], sizeof bytes[0])) > 0)
        for (long at = 0; at < length;) {
            char path[280];
            const struct directory_entry *entry = (const struct directory_entry *)(bytes[0] + at);
            at += entry->length;
            text_append(text_append(path, path + sizeof path, entry->name), path + sizeof path, "/leases");
            int directory = entry->name[0] == '.' || count == MOST_NETWORKS ? -1 : open_directory(top, path);
            if (directory < 0)
                continue;
            struct stamp stamp = stamp_of(directory);
            same &= count < stamped && is_same(&stamp, &stamps[count]);
            if (reads) {
                stamps[count] = stamp;
                settled &= time.tv_sec > (s64)stamp.seconds + UNSETTLED;
                read_network(directory, entry->name);
            }
            count++;
            SYS(close, directory);
        }
    if (top >= 0)
        SYS(close, top);
    same &= count == stamped;
    stamped = reads ? count : stamped;
    return same;
}

void leases_refresh(void) {
    if (settled && walk(0))
        return;
    used = 0;
    walk(1);
}

int leases_next(u32 *cursor, struct lease *lease) {
    if (*cursor >= used)
        return 0;
    const char *at = held + *cursor;
    memcpy(&lease->v4, at, sizeof lease->v4);
    memcpy(&lease->v6, at + sizeof lease->v4, sizeof lease->v6);
    lease->owner = at + 2 * sizeof lease->v4;
    lease->names = lease->owner + text_length(lease->owner) + 1;
    lease->network = lease->names + text_length(lease->names) + 1;
    *cursor = (u32)(lease->network + text_length(lease->network) + 1 - held);
    return 1;
}

/* As long as a run lives there is the list of what it takes back at its end: csrc/undo.h. */
int lease_is_alive(const struct lease *lease) {
    char path[4096 + 256];
    const char *end = path + sizeof path;
    struct statx stat;
    text_append(text_append(text_append(path, end, networks), end, "/../undo/"), end, lease->owner);
    return SYS(statx, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &stat) == 0;
}
