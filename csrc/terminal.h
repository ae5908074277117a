/* The caller's terminal, as it was and as it is to be again. See termios(3), ioctl_tty(2). */
#ifndef NSBOX_TERMINAL_H
#define NSBOX_TERMINAL_H

#include "types.h"

/* The kernel's struct termios; libc's is larger. */
struct modes {
    u32 input, output, control, local;
    u8 line, keys[19];
};

/* struct winsize */
struct window {
    u16 rows, columns, width, height;
};

/* Remembers the modes and that the foreground is ours, where it is. Else there is nothing to put back. */
void terminal_save(void);

/* Puts modes and foreground group back, if nobody else has the terminal now. */
void terminal_restore(void);

/* 1 where descriptor `fd` is a terminal, or was one that has hung up. */
int terminal_is(int fd);

/* Every key goes through as it is. Nothing happens where the terminal is not ours, or not what is read. */
void terminal_raw(void);

/* Gives terminal `fd` the modes and the size of the caller's (`window` where that has none). */
void terminal_like_callers(int fd, const struct window *window);

/* The size of the caller's terminal, of the first standard descriptor that is one. Returns 0, or less. */
long terminal_size(struct window *window);

/* 0 where `fd` is a terminal that we are in the background of: who has the foreground reads it. */
int terminal_may_read(int fd);

/* 1 where this process's group is in the foreground of its controlling terminal. */
int terminal_is_ours(void);
/* Puts process group `group` into the foreground of it, if there is one. SIGTTOU has to be blocked. */
void terminal_give(s32 group);

#endif
