/* table SECRET COMMAND…: a BPF map whose first value is SECRET. */
#include "outside.h"
#include <linux/bpf.h>

int main(int argc, char **argv) {
    (void)argc;
    char name[64], value[64] = "";
    union bpf_attr attr = {
        .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = sizeof value, .max_entries = 1};
    int map = syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof attr);
    if (map < 0)
        held("BPF_MAP_CREATE");
    uint32_t key = 0;
    strcpy(value, argv[1]);
    memset(&attr, 0, sizeof attr);
    attr.map_fd = map;
    attr.key = (uintptr_t)&key;
    attr.value = (uintptr_t)value;
    if (syscall(SYS_bpf, BPF_MAP_UPDATE_ELEM, &attr, sizeof attr) < 0)
        held("BPF_MAP_UPDATE_ELEM");
    struct bpf_map_info info = {0};
    memset(&attr, 0, sizeof attr);
    attr.info.bpf_fd = map;
    attr.info.info_len = sizeof info;
    attr.info.info = (uintptr_t)&info;
    if (syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof attr) < 0)
        held("BPF_OBJ_GET_INFO_BY_FD");
    snprintf(name, sizeof name, "%u", info.id);
    name_it(argv, name);
    return run(argv + 2);
}
