/*
 * keys session|user SECRET COMMAND…: a key that holds SECRET, in a new session keyring or in the user
 * keyring; keys described SECRET COMMAND…: one in the user keyring whose description, which /proc/keys shows,
 * is SECRET.
 */
#include "outside.h"
#include <linux/keyctl.h>

int main(int argc, char **argv) {
    (void)argc;
    char name[64];
    int in_session = argv[1][0] == 's';
    long ring = in_session ? KEY_SPEC_SESSION_KEYRING : KEY_SPEC_USER_KEYRING;
    if (in_session && syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, 0) < 0)
        held("KEYCTL_JOIN_SESSION_KEYRING");
    snprintf(name, sizeof name, "nsbox-escape-%d", getpid());
    const char *description = argv[1][0] == 'd' ? argv[2] : name;
    long key = syscall(SYS_add_key, "user", description, argv[2], strlen(argv[2]), ring);
    if (key < 0)
        held("add_key");
    name_it(argv, name);
    int status = run(argv + 3);
    syscall(SYS_keyctl, KEYCTL_UNLINK, key, ring);
    return status;
}
