/* type LINE: types a line into the terminal of the caller (TIOCSTI). */
#include "way.h"
#include <sys/ioctl.h>

int main(int argc, char **argv) {
    (void)argc;
    int terminal = open("/dev/tty", O_RDWR);
    if (terminal < 0)
        terminal = 0;
    for (const char *c = argv[1]; *c; c++)
        if (ioctl(terminal, TIOCSTI, c) < 0)
            held("TIOCSTI");
    return ioctl(terminal, TIOCSTI, "\n") < 0;
}
