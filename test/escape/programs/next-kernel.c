/*
 * next-kernel [none]: has the kernel keep a page of ours, or nothing, as the kernel to start next
 * (kexec_load(2)).
 */
#include "way.h"
#include <linux/kexec.h>
#include <sys/mman.h>

int main(int argc, char **argv) {
    (void)argv;
    void *page = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(page, 0xf4, 4096); /* hlt */
    struct kexec_segment segment = {.buf = page, .bufsz = 4096, .mem = (void *)0x1000000, .memsz = 4096};
    if (syscall(SYS_kexec_load, 0x1000000L, argc == 1 ? 1L : 0L, &segment, (long)KEXEC_ARCH_DEFAULT) < 0)
        held("kexec_load");
    return 0;
}
