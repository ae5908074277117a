/*
 * cgroup UID FOLDER COMMAND…: a cgroup (version 2) of user UID's, as a service manager gives it away; makes
 * FOLDER/hit if the command made a cgroup in it. Seen through a mount of its own, on FOLDER/tree.
 */
#include "outside.h"
#include <sched.h>

static void join(const char *group) {
    char path[4200];
    snprintf(path, sizeof path, "%s/cgroup.procs", group);
    int fd = open(path, O_WRONLY);
    if (fd < 0 || write(fd, "0", 1) < 0)
        held(path);
    close(fd);
}

int main(int argc, char **argv) {
    (void)argc;
    char tree[4096], group[4120], made[4130], path[4096];
    snprintf(tree, sizeof tree, "%s/tree", argv[2]);
    mkdir(tree, 0755);
    if (unshare(CLONE_NEWNS) < 0 || mount(0, "/", 0, MS_REC | MS_PRIVATE, 0) < 0 ||
        mount("cgroup2", tree, "cgroup2", 0, 0) < 0)
        held("mount");
    snprintf(group, sizeof group, "%s/nsbox-escape-%d", tree, getpid());
    if (mkdir(group, 0755) < 0 || chown(group, atoi(argv[1]), -1) < 0)
        held(group);
    join(group);
    int status = run(argv + 3);
    join(tree);
    snprintf(made, sizeof made, "%s/hit", group);
    if (rmdir(made) == 0) {
        snprintf(path, sizeof path, "%s/hit", argv[2]);
        record_hit(path);
    }
    if (rmdir(group) < 0)
        perror(group);
    return status;
}
