/* clock SECONDS: moves the machine's clock by that many seconds. */
#include "way.h"
#include <time.h>

int main(int argc, char **argv) {
    (void)argc;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    now.tv_sec += atoi(argv[1]);
    if (clock_settime(CLOCK_REALTIME, &now) < 0)
        held("clock_settime");
    return 0;
}
