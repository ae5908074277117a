/* What the monitor hands to the waiting child: mounts that only it can make, and the release. See unix(7). */
#include "box.h"
#include "init.h"
#include "sys.h"

#define SOL_SOCKET 1
#define SCM_RIGHTS 1
#define MSG_CMSG_CLOEXEC 0x40000000

/* One descriptor, as sendmsg(2) and recvmsg(2) carry it, and the slot it is for. */
struct envelope {
    struct {
        void *name;
        u32 name_size;
        struct {
            void *base;
            u64 length;
        } * parts;
        u64 part_count;
        void *control;
        u64 control_size;
        int flags;
    } message;
    struct {
        void *base;
        u64 length;
    } part;
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
    envelope->message.parts = (void *)&envelope->part;
    envelope->message.part_count = 1;
    envelope->message.control = &envelope->control;
    envelope->message.control_size = sizeof envelope->control;
    envelope->message.flags = 0;
}

long handover_send(u32 slot, int fd) {
    struct envelope envelope;
    prepare(&envelope, slot, fd);
    long sent = SYS(sendmsg, box.channel, &envelope.message, MSG_NOSIGNAL);
    return sent < 0 ? sent : 0;
}

/* The release is one byte without a descriptor. A message that carries one is never read with the next. */
long handover_wait(void) {
    for (;;) {
        struct envelope envelope;
        prepare(&envelope, 0, -1);
        long length = SYS(recvmsg, box.channel, &envelope.message, MSG_CMSG_CLOEXEC);
        /* End of file: the monitor is gone, or an operation outside failed. */
        if (length <= 0)
            return length < 0 ? length : -EPIPE;
        if (length < (long)sizeof envelope.slot)
            return 0;
        if (envelope.message.control_size == 0 || envelope.slot >= MAX_SOURCES)
            return -EPIPE;
        box.sources[envelope.slot] = envelope.control.descriptor;
    }
}
