/*
 * type LINE: types a line into the terminal of the caller (TIOCSTI). Once more with a bit set that the kernel
 * does not look at: a filter that compares 64 bits takes it for another request.
 */
#include "way.h"
#include <sys/ioctl.h>

static int typed(int terminal, unsigned long request, const char *line) {
    for (; *line; line++)
        if (syscall(SYS_ioctl, terminal, request, line) < 0)
            return 0;
    return syscall(SYS_ioctl, terminal, request, "\n") == 0;
}

int main(int argc, char **argv) {
    (void)argc;
    int terminal = open("/dev/tty", O_RDWR);
    if (terminal < 0)
        terminal = 0;
    if (typed(terminal, TIOCSTI, argv[1]) || typed(terminal, TIOCSTI | 1UL << 32, argv[1]))
        return 0;
    held("TIOCSTI");
}
