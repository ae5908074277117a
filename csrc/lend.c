/*
 * Devices that are moved into the container's network and back. The way back begins there: so a socket of
 * that network is kept, which keeps the namespace, and the devices in it, until they are home. Of a monitor
 * that is killed the kernel sends hardware home; what is made by software ends with the namespace.
 */
#include "lend.h"
#include "box.h"
#include "netlink.h"
#include "proc.h"
#include "socket.h"
#include "sys.h"
#include "text.h"
#include "undo.h"
#include <linux/ethtool.h>
#include <linux/fcntl.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <linux/sockios.h>

#define MAX_LENT 16

static struct {
    const char *name, *messages, *patches; /* of the way home */
    s32 index;                             /* inside: its name may change there */
} lent[MAX_LENT];
static u32 count;

int socket_there(void) {
    char path[64];
    int made = -1;
    proc_path(path, sizeof path, box.child, "ns/net");
    int home = above_standard((int)SYS(openat, AT_FDCWD, "/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
    int there = above_standard((int)SYS(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC));
    long error = home < 0 ? home : there < 0 ? there : SYS(setns, there, CLONE_NEWNET);
    if (error == 0) {
        made = above_standard((int)SYS(socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
        error = SYS(setns, home, CLONE_NEWNET);
    }
    SYS(close, home);
    SYS(close, there);
    if (error == 0 || made < 0)
        return error < 0 ? (int)error : made;
    SYS(close, made);
    return (int)error;
}

static long open_there(void) {
    box.lender = socket_there();
    return box.lender < 0 ? box.lender : 0;
}

/* What it was here is put right again once it is home, by whoever is left. */
static long note_restore(const struct args_lend_device *args) {
    static char line[16384];
    const char *end = line + sizeof line;
    if (!*args->restore)
        return 0;
    if (text_length(args->restore) + text_length(args->restore_patches) + 8 >= sizeof line)
        return -ENOSPC;
    char *at = text_append(text_append_number(line, end, NETLINK_ROUTE), end, " ");
    text_append(text_append(text_append(at, end, args->restore), end, " "), end, args->restore_patches);
    return undo_add("netlink", line);
}

long op_lend_device(const struct args_lend_device *args) {
    long error = box.lender < 0 ? open_there() : 0;
    if (error == 0)
        error = note_restore(args);
    if (error == 0 && count == MAX_LENT)
        error = -ENOSPC;
    if (error == 0)
        error = netlink_send(NETLINK_ROUTE, args->messages, args->patches);
    if (error < 0)
        return error;
    long index = netlink_index(box.lender, args->inside);
    lent[count].name = args->name;
    lent[count].messages = args->back;
    lent[count].patches = args->back_patches;
    lent[count++].index = (s32)index;
    return index < 0 ? index : 0;
}

static void complain(const char *name) {
    char line[128];
    const char *end = line + sizeof line;
    text_append(text_append(text_append(line, end, "nsbox: Device "), end, name), end,
                " could not be given back to the host\n");
    SYS(write, 2, line, text_length(line));
}

void lend_end(void) {
    while (count > 0) {
        count--;
        netlink_device = lent[count].index;
        long error = netlink_send_by(box.lender, NETLINK_ROUTE, lent[count].messages, lent[count].patches);
        /* Who is in there may have removed it. */
        if (error < 0 && error != -ENODEV)
            complain(lent[count].name);
    }
    if (box.lender >= 0)
        SYS(close, box.lender);
    box.lender = -1;
}

/* struct ifreq of netdevice(7), as this request uses it. */
struct ethtool_request {
    char name[16];
    struct ethtool_value *value;
    u8 rest[16];
};

/*
 * Packets leave with their checksums, as those must that a switch in user space reads off the device: it
 * would take what the kernel has left to hardware for broken.
 */
static long whole_checksums(const char *name) {
    struct ethtool_value off = {.cmd = ETHTOOL_STXCSUM};
    struct ethtool_request request = {.value = &off};
    text_append(request.name, request.name + sizeof request.name, name);
    int fd = (int)SYS(socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fd;
    long error = SYS(ioctl, fd, SIOCETHTOOL, &request);
    SYS(close, fd);
    return error;
}

long op_whole_checksums(const struct args_whole_checksums *args) {
    return whole_checksums(args->name);
}

long op_whole_checksums_outside(const struct args_whole_checksums_outside *args) {
    return whole_checksums(args->name);
}
