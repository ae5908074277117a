/* directory FILE: goes up from every descriptor that is a directory, standard input included, and to FILE. */
#include "way.h"

int main(int argc, char **argv) {
    (void)argc;
    char path[4096] = "";
    for (int i = 0; i < 40; i++)
        strcat(path, "../");
    strncat(path, argv[1] + 1, sizeof path - strlen(path) - 1);
    for (int fd = 0; fd < 256; fd++)
        if (tell_at(fd, path))
            return 0;
    held("every descriptor");
}
