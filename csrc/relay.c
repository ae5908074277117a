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
static int begun;
static int ends_typed;
static char last; /* byte of the input */

int relay_runs(void) {
    return begun;
}

void relay_begin(int master) {
    begun = 1;
    in = (struct flow){.from = 0, .to = master};
    out = (struct flow){.from = master, .to = 1};
    SYS(fcntl, master, F_SETFL, O_RDWR | O_NONBLOCK);
    /* Held open, so that the command may close all of its own and open /dev/tty again. */
    SYS(ioctl, master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    terminal_raw();
}

/*
 * Its input is no terminal and has ended: the key that ends a terminal's input says so. Behind the beginning
 * of a line the first only hands that over. A shell that edits lines itself loses a key that comes while it
 * changes the modes, and nobody hears of that: when it writes something, its next prompt, it
 * gets another. Some are enough, and an editor that knows the key as another one is not to get it for ever.
 */
static void type_end(int wrote) {
    struct modes modes;
    enum { MOST = 8 };
    if (!in.ended || in.done < in.length || SYS(ioctl, in.to, TCGETS, &modes) < 0)
        return;
    int by_lines = (modes.local & ICANON) != 0;
    if (ends_typed > 0 && (by_lines || !wrote || ends_typed >= MOST))
        return;
    in.bytes[0] = in.bytes[1] = (char)modes.keys[VEOF];
    in.done = 0;
    in.length = by_lines && last != 0 && last != '\n' ? 2 : 1;
    ends_typed++;
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
    type_end(polls[1].fd == out.from && polls[1].revents);
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
