/* upwards FILE: goes to FILE from the working directory, by as many "..", as it takes. */
#include "way.h"

int main(int argc, char **argv) {
    (void)argc;
    char path[4096] = "";
    for (int i = 0; i < 40; i++)
        strcat(path, "../");
    strncat(path, argv[1] + 1, sizeof path - strlen(path) - 1);
    if (!tell_at(AT_FDCWD, path))
        held("the working directory");
    return 0;
}
