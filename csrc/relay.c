#include "relay.h"
#include "box.h"
#include "flow.h"
#include "sys.h"
#include "terminal.h"
#include <asm/ioctls.h>
#include <asm/signal.h>
#include <asm/termbits.h>
#include <linux/fcntl.h>
#include <linux/time_types.h>

static struct flow in, out;
static int begun, slave = -1;
static enum { NOT_YET, IN_LINES, IN_KEYS } end_typed; /* the end, and what the modes were */
static char last;                                     /* byte of the input */

int relay_runs(void) {
    return begun;
}

void relay_begin(int master) {
    begun = 1;
    in = (struct flow){.from = 0, .to = master};
    out = (struct flow){.from = master, .to = 1};
    SYS(fcntl, master, F_SETFL, O_RDWR | O_NONBLOCK);
    /* Held open, so that the command may close all of its own and open /dev/tty again. */
    slave = (int)SYS(ioctl, master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    terminal_raw();
}

/*
 * Its input is no terminal and has ended: the key that ends a terminal's input says so. Behind the beginning
 * of a line the first only hands that over. A shell that edits lines itself loses a key that came before it
 * changed the modes: it gets another once it has read all the rest and shows its prompt.
 */
static void type_end(void) {
    struct modes modes;
    int unread = 0;
    if (!in.ended || in.done < in.length || SYS(ioctl, in.to, TCGETS, &modes) < 0)
        return;
    u32 now = modes.local & ICANON ? IN_LINES : IN_KEYS;
    if (now == IN_KEYS && SYS(ioctl, slave, FIONREAD, &unread) == 0 && unread > 0)
        return;
    if (end_typed == now || (end_typed && now == IN_LINES))
        return;
    in.bytes[0] = in.bytes[1] = (char)modes.keys[VEOF];
    in.done = 0;
    in.length = now == IN_LINES && last != 0 && last != '\n' ? 2 : 1;
    end_typed = now;
}

void relay_wants(struct pollfd *polls) {
    polls[0] = flow_wants(&in);
    /* As any program that wants the keys does in the background. Its shell brings it back. */
    if (polls[0].fd == 0 && !terminal_may_read(0))
        signals_stop_by(SIGTTIN);
    if (polls[0].fd == 0 && !terminal_may_read(0))
        polls[0].fd = -1;
    polls[1] = flow_wants(&out);
}

int relay_move(const struct pollfd *polls) {
    flow_move(&in, polls[0].revents);
    if (!in.ended && in.length > 0)
        last = in.bytes[in.length - 1];
    type_end();
    flow_move(&out, polls[1].revents);
    return !out.closed;
}

void relay_resize(void) {
    struct window window;
    if (box.terminal < 0)
        terminal_save(); /* we began in the background */
    terminal_raw();
    if (terminal_size(&window) == 0)
        SYS(ioctl, out.from, TIOCSWINSZ, &window);
}

/* poll(2) on a master sees what the kernel has not brought over yet, too. */
void relay_finish(void) {
    for (;;) {
        struct pollfd wait = flow_wants(&out);
        struct __kernel_timespec now = {0};
        /* What is to be written waits for its reader; what is to be read is there by now. */
        if (wait.fd < 0 || SYS(ppoll, &wait, 1, wait.events == POLLIN ? &now : 0, 0, 0) <= 0)
            return;
        flow_move(&out, POLLIN);
    }
}
