/* What the monitor hands to the waiting child: mounts that only it can make, and the release. See unix(7). */
#include "handover.h"
#include "box.h"
#include "socket.h"
#include "sys.h"

/* One descriptor, as sendmsg(2) and recvmsg(2) carry it, and the slot it is for. */
struct envelope {
    struct socket_message message;
    struct socket_part part;
    struct {
        u64 length;
        int level, type, descriptor;
    } control;
    u32 slot;
};

static void prepare(struct envelope *envelope, u32 slot, int fd) {
    envelope->slot = slot;
    envelope->part.base = &envelope->slot;
    envelope->part.length = sizeof envelope->slot;
    envelope->control.length = 20; /* its header and one descriptor */
    envelope->control.level = SOL_SOCKET;
    envelope->control.type = SCM_RIGHTS;
    envelope->control.descriptor = fd;
    envelope->message.name = 0;
    envelope->message.name_size = 0;
    envelope->message.parts = &envelope->part;
    envelope->message.part_count = 1;
    envelope->message.control = &envelope->control;
    envelope->message.control_size = sizeof envelope->control;
    envelope->message.flags = 0;
}

long handover_send(int channel, u32 slot, int fd) {
    struct envelope envelope;
    prepare(&envelope, slot, fd);
    long sent = SYS(sendmsg, channel, &envelope.message, MSG_NOSIGNAL);
    return sent < 0 ? sent : 0;
}

long handover_take(int channel, u32 *slot, int *fd) {
    struct envelope envelope;
    prepare(&envelope, 0, -1);
    long length = SYS(recvmsg, channel, &envelope.message, MSG_CMSG_CLOEXEC);
    /* End of file: who could send is gone. */
    if (length <= 0)
        return length < 0 ? length : -EPIPE;
    if (length < (long)sizeof envelope.slot)
        return 0;
    *slot = envelope.slot;
    *fd = envelope.message.control_size == 0 ? -1 : envelope.control.descriptor;
    return *fd < 0 ? -EPIPE : 1;
}

/* The release is one byte without a descriptor. A message that carries one is never read with the next. */
long handover_wait(void) {
    for (;;) {
        u32 slot;
        int fd;
        long taken = handover_take(box.channel, &slot, &fd);
        if (taken <= 0)
            return taken;
        if (slot >= MAX_SOURCES)
            return -EPIPE;
        box.sources[slot] = fd;
    }
}
