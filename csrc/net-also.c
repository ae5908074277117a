/* Networks that a container was put on since it was made: src/runtime/networks/also.ts writes them down. */
#include "box.h"
#include "lease.h"
#include "lend.h"
#include "netlink.h"
#include "proc.h"
#include "sys.h"
#include "text.h"
#include "undo.h"
#include <linux/fcntl.h>
#include <linux/netlink.h>

enum { LEASE, UNDO, PAIR, PAIR_PATCHES, OWN, OWN_PATCHES, FIELDS };

static char text[32768];

/* Ends the fields of a line, parted by tabs, and the line. Returns what follows, 0 where a field lacks. */
static char *split(char *line, const char **fields) {
    for (u32 i = 0; i < FIELDS; i++) {
        fields[i] = line;
        while (*line && *line != '\t' && *line != '\n')
            line++;
        if (*line != (i + 1 < FIELDS ? '\t' : '\n'))
            return 0;
        *line++ = 0;
    }
    return line;
}

/* The kernel may not have let go of the last life's device yet: that goes first. */
static long connect_one(const char **fields, int there) {
    static char line[UNDO_SIZE / 2];
    const char *end = line + sizeof line;
    text_append(text_append(line, end, "0 "), end, fields[UNDO]);
    long error = undo_add("netlink", line);
    if (error < 0)
        return error;
    netlink_send(NETLINK_ROUTE, fields[UNDO], "");
    error = netlink_send(NETLINK_ROUTE, fields[PAIR], fields[PAIR_PATCHES]);
    return error < 0 ? error : netlink_send_by(there, NETLINK_ROUTE, fields[OWN], fields[OWN_PATCHES]);
}

/* Who is no longer the owner of the address was taken off the network. */
long op_also_networks(const struct args_also_networks *args) {
    long length = small_read(AT_FDCWD, args->file, text, sizeof text);
    if (length <= 0)
        return length == -ENOENT ? 0 : length;
    const char *fields[FIELDS];
    int there = socket_there();
    long error = there < 0 ? there : 0;
    for (char *at = text; error == 0 && *at;) {
        at = split(at, fields);
        if (at == 0)
            break;
        long owned = lease_owned(fields[LEASE], args->owner);
        if (owned > 0)
            error = connect_one(fields, there);
        else if (owned != -ENOENT)
            error = owned;
    }
    if (there >= 0)
        SYS(close, there);
    return error;
}
