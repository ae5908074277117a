/*
 * After an interactive shell inside, its dead group is the foreground group, and the caller's next read
 * would fail; a killed editor leaves raw modes. Both are put back, but only where the terminal was ours when
 * we began and nobody else has it now.
 */
#include "terminal.h"
#include "box.h"
#include "sys.h"
#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <linux/fcntl.h>

static struct modes saved;

static int open_terminal(void) {
    return above_standard((int)SYS(openat, AT_FDCWD, "/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
}

static s32 foreground(void) {
    s32 group = 0;
    return SYS(ioctl, box.terminal, TIOCGPGRP, &group) < 0 ? -1 : group;
}

void terminal_save(void) {
    box.terminal = -1;
    int fd = open_terminal();
    if (fd < 0)
        return;
    box.terminal = fd;
    if (foreground() == (s32)SYS(getpgid, 0) && SYS(ioctl, fd, TCGETS, &saved) == 0)
        return;
    SYS(close, fd);
    box.terminal = -1;
}

/* SIGTTOU is blocked here, so this works from the background too. */
void terminal_restore(void) {
    if (box.terminal < 0)
        return;
    s32 group = foreground(), ours = (s32)SYS(getpgid, 0);
    if (group != ours) {
        if (group > 0 && SYS(kill, -group, 0) != -ESRCH)
            return;
        SYS(ioctl, box.terminal, TIOCSPGRP, &ours);
    }
    SYS(ioctl, box.terminal, TCSETS, &saved);
}

int terminal_is(int fd) {
    struct modes modes;
    long error = SYS(ioctl, fd, TCGETS, &modes);
    return error == 0 || error == -EIO;
}

void terminal_raw(void) {
    struct modes raw = saved;
    /* With a pipe for an input nobody would read the keys, and those that end a program would do nothing. */
    if (box.terminal < 0 || !terminal_is(0) || foreground() != (s32)SYS(getpgid, 0))
        return;
    /* As cfmakeraw(3) does. */
    raw.input &= ~(u32)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    raw.output &= ~(u32)OPOST;
    raw.local &= ~(u32)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    raw.control = (raw.control & ~(u32)(CSIZE | PARENB)) | CS8;
    SYS(ioctl, box.terminal, TCSETS, &raw);
}

/* The first of the standard descriptors that answers. */
static long ask(u32 request, void *answer) {
    long error = -ENOTTY;
    for (int fd = 0; fd <= 2 && error < 0; fd++)
        error = SYS(ioctl, fd, request, answer);
    return error;
}

long terminal_size(struct window *window) {
    return ask(TIOCGWINSZ, window);
}

void terminal_like_callers(int fd, const struct window *window) {
    struct modes modes;
    struct window size = *window;
    if (ask(TCGETS, &modes) == 0)
        SYS(ioctl, fd, TCSETS, &modes);
    if (size.rows == 0)
        terminal_size(&size);
    SYS(ioctl, fd, TIOCSWINSZ, &size);
}

int terminal_may_read(int fd) {
    s32 group = 0;
    return SYS(ioctl, fd, TIOCGPGRP, &group) < 0 || group == (s32)SYS(getpgid, 0);
}

int terminal_is_ours(void) {
    s32 group = -1;
    int fd = open_terminal();
    SYS(ioctl, fd, TIOCGPGRP, &group);
    SYS(close, fd);
    return group == (s32)SYS(getpgid, 0);
}

/* A root filesystem may have no /dev/tty, so what may be the terminal is tried as well. */
void terminal_give(s32 group) {
    for (int fd = 0; fd <= 2; fd++)
        if (SYS(ioctl, fd, TIOCSPGRP, &group) == 0)
            return;
    int fd = open_terminal();
    SYS(ioctl, fd, TIOCSPGRP, &group);
    SYS(close, fd);
}
