#include "flow.h"
#include "sys.h"

static int holds(const struct flow *flow) {
    return flow->done < flow->length;
}

struct pollfd flow_wants(const struct flow *flow) {
    if (flow->closed || (flow->ended && !holds(flow)))
        return (struct pollfd){.fd = -1};
    return holds(flow) ? (struct pollfd){.fd = flow->to, .events = POLLOUT}
                       : (struct pollfd){.fd = flow->from, .events = POLLIN};
}

static void fill(struct flow *flow) {
    long length = SYS(read, flow->from, flow->bytes, FLOW_SIZE);
    if (length == -EAGAIN || length == -EINTR)
        return;
    /* A terminal's end is EIO: nobody has its other side open. */
    flow->ended = length <= 0;
    flow->done = 0;
    flow->length = length > 0 ? (u32)length : 0;
}

static void drain(struct flow *flow) {
    long written = SYS(write, flow->to, flow->bytes + flow->done, flow->length - flow->done);
    if (written >= 0)
        flow->done += (u32)written;
    else if (written != -EAGAIN && written != -EINTR)
        flow->closed = 1;
}

void flow_move(struct flow *flow, s32 ready) {
    if (!ready)
        return;
    if (holds(flow))
        drain(flow);
    else if (!flow->ended)
        fill(flow);
}
