/*
 * A terminal of the command's own: a pseudoterminal in its devpts. The child opens it, hands the master to
 * the monitor, and takes the slave as its standard descriptors. See pty(7), ioctl_tty(2), credentials(7).
 */
#include "box.h"
#include "handover.h"
#include "sys.h"
#include "terminal.h"
#include <asm/ioctls.h>
#include <asm/statfs.h>
#include <linux/fcntl.h>
#include <linux/magic.h>

/* A tree could hold anything of that name: only what is devpts is opened as a terminal. */
static int open_checked(int flags) {
    struct statfs filesystem;
    int fd = (int)SYS(openat, AT_FDCWD, "/dev/pts/ptmx", flags | O_NOFOLLOW | O_CLOEXEC);
    long error = fd < 0 ? 0 : SYS(fstatfs, fd, &filesystem);
    if (fd < 0 || (error == 0 && filesystem.f_type == DEVPTS_SUPER_MAGIC))
        return fd;
    SYS(close, fd);
    return error < 0 ? (int)error : -ENOTTY;
}

/* Looked at without being opened, and again once it is: a container that is entered may change it meanwhile.
 */
static int open_master(void) {
    int fd = open_checked(O_PATH);
    if (fd < 0)
        return fd;
    SYS(close, fd);
    return open_checked(O_RDWR | O_NOCTTY);
}

long op_terminal(const struct args_terminal *args) {
    int unlocked = 0, master = open_master();
    if (master < 0)
        return master;
    long slave = SYS(ioctl, master, TIOCSPTLCK, &unlocked);
    if (slave == 0)
        slave = SYS(ioctl, master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0)
        return slave;
    struct window window = {.rows = (u16)args->rows, .columns = (u16)args->columns};
    terminal_like_callers((int)slave, &window);
    long error = handover_send(box.channel, SLOT_TERMINAL, master);
    for (int fd = 0; fd <= 2 && error >= 0; fd++)
        error = SYS(dup3, slave, fd, 0);
    SYS(close, slave);
    SYS(close, master);
    return error < 0 ? error : 0;
}

long op_session(const struct args_session *args) {
    long error = SYS(setsid);
    return error < 0 || !args->terminal ? (error < 0 ? error : 0) : SYS(ioctl, 0, TIOCSCTTY, 0);
}
