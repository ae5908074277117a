/* kernel-log: searches the kernel's log for secrets, by syslog(2) and in /dev/kmsg. */
#include "way.h"
#include <sys/klog.h>

int main(void) {
    static char log[1 << 20];
    int length = klogctl(3, log, sizeof log);
    if (length < 0)
        perror("syslog");
    else
        search(log, length);
    int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
    if (fd < 0)
        held("/dev/kmsg");
    while ((length = read(fd, log, sizeof log)) > 0)
        search(log, length);
    return 0;
}
