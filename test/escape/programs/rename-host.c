/* rename-host NAME: sets the host name by sethostname(2). */
#include "way.h"

int main(int argc, char **argv) {
    (void)argc;
    if (sethostname(argv[1], strlen(argv[1])) < 0)
        held("sethostname");
    return 0;
}
