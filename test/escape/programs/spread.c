/* spread DIRECTORY: mounts a tmpfs on DIRECTORY and makes DIRECTORY/hit, for all who share the mount. */
#include "way.h"

int main(int argc, char **argv) {
    (void)argc;
    char path[4096];
    if (mount("tmpfs", argv[1], "tmpfs", 0, "size=64k") < 0)
        held("mount");
    snprintf(path, sizeof path, "%s/hit", argv[1]);
    return open(path, O_WRONLY | O_CREAT, 0600) < 0;
}
