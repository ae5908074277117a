/* directory FILE: goes to FILE from every descriptor that is a directory, standard input included. */
#include "way.h"

int main(int argc, char **argv) {
    (void)argc;
    for (int fd = 0; fd < 256; fd++)
        if (tell_at(fd, argv[1] + 1))
            return 0;
    held("every descriptor");
}
