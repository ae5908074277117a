/* Which devices a group may reach, under v2: a program that the kernel asks. See bpf(2). */
#include "base64.h"
#include "box.h"
#include "sys.h"
#include <linux/bpf.h>
#include <linux/fcntl.h>

#define INSTRUCTION 8

static u8 program[32768] __attribute__((aligned(8)));

static long load(const char *text) {
    long length = base64_decode(text, program, sizeof program);
    if (length <= 0)
        return -EINVAL;
    union bpf_attr attributes = {0};
    attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    attributes.insns = (u64)program;
    attributes.insn_cnt = (u32)(length / INSTRUCTION);
    attributes.license = (u64) "";
    attributes.expected_attach_type = BPF_CGROUP_DEVICE;
    return SYS(bpf, BPF_PROG_LOAD, &attributes, sizeof attributes);
}

long op_cgroup_devices(const struct args_cgroup_devices *args) {
    int group = (int)SYS(openat, AT_FDCWD, args->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (group < 0)
        return group;
    long loaded = load(args->program);
    long error = loaded;
    if (loaded >= 0) {
        union bpf_attr attributes = {0};
        attributes.target_fd = (u32)group;
        attributes.attach_bpf_fd = (u32)loaded;
        attributes.attach_type = BPF_CGROUP_DEVICE;
        attributes.attach_flags = BPF_F_ALLOW_MULTI;
        error = SYS(bpf, BPF_PROG_ATTACH, &attributes, sizeof attributes);
        SYS(close, loaded);
    }
    SYS(close, group);
    return error < 0 ? error : 0;
}
