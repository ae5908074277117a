/*
 * The caller's terminal. After an interactive shell inside, its dead group is the foreground group, and
 * the caller's next read would fail; a killed editor leaves raw modes. Both are put back, but only where
 * the terminal was ours when we began and nobody else has it now. See tcsetpgrp(3), termios(3).
 */
#include "box.h"
#include "sys.h"
#include <asm/ioctls.h>
#include <linux/fcntl.h>

/* The kernel's struct termios; libc's is larger. */
static struct {
    u32 flags[4];
    u8 rest[20];
} modes;

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
    if (foreground() == (s32)SYS(getpgid, 0) && SYS(ioctl, fd, TCGETS, &modes) == 0)
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
    SYS(ioctl, box.terminal, TCSETS, &modes);
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
