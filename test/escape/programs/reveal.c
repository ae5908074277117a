/* reveal FILE: prints a file. It is made setuid, so that it may read what its caller may not. */
#include "way.h"

int main(int argc, char **argv) {
    (void)argc;
    if (!tell_at(AT_FDCWD, argv[1]))
        held(argv[1]);
    return 0;
}
