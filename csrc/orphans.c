/* Processes that the command left behind where there is no PID namespace to end them. */
#include "life.h"
#include "sys.h"
#include "text.h"
#include <asm/signal.h>
#include <linux/fcntl.h>

void end_orphans(void) {
    char path[64], children[512];
    s32 self = (s32)SYS(getpid);
    text_append(text_append_number(text_append(path, path + 64, "/proc/self/task/"), path + 64, (u64)self),
                path + 64, "/children");
    for (long pid = 1; pid > 0;) {
        int fd = (int)SYS(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
        long length = fd < 0 ? 0 : SYS(read, fd, children, sizeof children);
        SYS(close, fd);
        /* A number cut off at the end of the buffer has no space behind it: it comes with the next round. */
        for (long i = 0, number = 0; i < length; i++) {
            if (children[i] == ' ') {
                SYS(kill, number, SIGKILL);
                number = 0;
            } else
                number = number * 10 + (children[i] - '0');
        }
        pid = length > 0 ? SYS(wait4, -1, 0, 0, 0) : 0;
    }
}
