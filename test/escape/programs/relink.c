/* relink OLD NEW TARGET: renames a directory and puts a link to TARGET in its place. */
#include "way.h"

int main(int argc, char **argv) {
    (void)argc;
    if (rename(argv[1], argv[2]) < 0)
        held("rename");
    if (symlink(argv[3], argv[1]) < 0)
        held("symlink");
    return 0;
}
