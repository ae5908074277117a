/* Programs of the host's that do one step of a set-up. */
#include "sys.h"
#include "undo.h"
#include <asm/signal.h>
#include <linux/fcntl.h>

long run_tool(const char *const *argv) {
    const char *const envp[] = {0};
    int status = 0;
    long child = SYS(clone, SIGCHLD, 0, 0, 0, 0);
    if (child == 0) {
        int null = (int)SYS(openat, AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC);
        for (int fd = 0; fd <= 2; fd++)
            SYS(dup3, null, fd, 0);
        SYS(execve, argv[0], argv, envp);
        leave(127);
    }
    if (child < 0)
        return child;
    long error = SYS(wait4, child, &status, 0, 0);
    return error < 0 ? error : status ? -EPERM : 0;
}
