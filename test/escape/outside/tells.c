/* tells: a program of the host's; a secret stands at the end of its file, and it prints that. */
#include "../programs/way.h"

int main(void) {
    int self = open("/proc/self/exe", O_RDONLY);
    lseek(self, -(off_t)SECRET_LENGTH, SEEK_END);
    tell(self);
    return 0;
}
