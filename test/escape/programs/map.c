/* map ID: gets a descriptor of the BPF map with that number, and reads its first value. */
#include "way.h"
#include <linux/bpf.h>

int main(int argc, char **argv) {
    (void)argc;
    union bpf_attr attr = {.map_id = atoi(argv[1])};
    int map = syscall(SYS_bpf, BPF_MAP_GET_FD_BY_ID, &attr, sizeof attr);
    if (map < 0)
        held("BPF_MAP_GET_FD_BY_ID");
    uint32_t key = 0;
    char value[64] = "";
    memset(&attr, 0, sizeof attr);
    attr.map_fd = map;
    attr.key = (uintptr_t)&key;
    attr.value = (uintptr_t)value;
    if (syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, &attr, sizeof attr) < 0)
        held("BPF_MAP_LOOKUP_ELEM");
    puts(value);
    return 0;
}
