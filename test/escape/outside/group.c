/* group FOLDER COMMAND…: makes FOLDER/hit when a signal reaches the command's process group outside. */
#include "outside.h"
#include <signal.h>

static char hit[4096];

static void on_signal(int number) {
    (void)number;
    record_hit(hit);
}

int main(int argc, char **argv) {
    (void)argc;
    snprintf(hit, sizeof hit, "%s/hit", argv[1]);
    setpgid(0, 0);
    signal(SIGUSR1, on_signal);
    return run(argv + 2);
}
