/* host FOLDER COMMAND…: a UTS namespace that plays the host's; makes FOLDER/hit if it was renamed. */
#include "outside.h"
#include <sched.h>

int main(int argc, char **argv) {
    (void)argc;
    static const char name[] = "the-host";
    char now[256] = "", path[4096];
    if (unshare(CLONE_NEWUTS) < 0 || sethostname(name, sizeof name - 1) < 0)
        held("sethostname");
    int status = run(argv + 2);
    gethostname(now, sizeof now);
    if (strcmp(now, name)) {
        snprintf(path, sizeof path, "%s/hit", argv[1]);
        record_hit(path);
    }
    return status;
}
