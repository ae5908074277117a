/*
 * The entry point. The same file is a shared library for Bun and, by execveat, the monitor: there is no
 * dynamic linker then, so it relocates itself. Behind its own bytes stands the plan; PID 1 has none.
 */
#include "beside.h"
#include "box.h"
#include "cgroup.h"
#include "enter.h"
#include "hold.h"
#include "lend.h"
#include "net.h"
#include "sys.h"
#include "terminal.h"
#include "init.h"
#include "text.h"
#include "undo.h"
#include <linux/elf.h>
#include <linux/fcntl.h>
#include <linux/prctl.h>
#include <linux/stat.h>
#include <linux/time_types.h>

#define HIDDEN __attribute__((visibility("hidden")))

extern const Elf64_Ehdr __ehdr_start HIDDEN;
extern Elf64_Dyn _DYNAMIC[] HIDDEN;

_Noreturn HIDDEN void start_relocated(const u64 *stack);

#if defined(__x86_64__)
#define R_RELATIVE 8 /* R_X86_64_RELATIVE */
__asm__(".globl _start\n.hidden _start\n.type _start,@function\n_start:\n"
        "xor %ebp,%ebp\nmov %rsp,%rdi\nand $-16,%rsp\ncall start_relocated\nhlt\n");
#else
#define R_RELATIVE 1027 /* R_AARCH64_RELATIVE */
__asm__(".globl _start\n.hidden _start\n.type _start,%function\n_start:\n"
        "mov x29,#0\nmov x30,#0\nmov x0,sp\nbl start_relocated\nbrk #0\n");
#endif

static void relocate(u64 base) {
    u64 table = 0, size = 0;
    for (const Elf64_Dyn *entry = _DYNAMIC; entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag == DT_RELA)
            table = entry->d_un.d_ptr;
        if (entry->d_tag == DT_RELASZ)
            size = entry->d_un.d_val;
    }
    for (u64 at = 0; at < size; at += sizeof(Elf64_Rela)) {
        const Elf64_Rela *row = (const Elf64_Rela *)(base + table + at);
        if (ELF64_R_TYPE(row->r_info) == R_RELATIVE)
            *(u64 *)(base + row->r_offset) = base + (u64)row->r_addend;
    }
}

/* The last part of the helper is its section header table. */
u64 helper_size(void) {
    return __ehdr_start.e_shoff + (u64)__ehdr_start.e_shnum * __ehdr_start.e_shentsize;
}

/* Maps this file and reads the plan behind the helper. */
static long read_plan(void) {
    struct statx stat;
    u64 offset = helper_size();
    box.plan_fd = above_standard((int)SYS(openat, AT_FDCWD, "/proc/self/exe", O_RDONLY | O_CLOEXEC));
    if (box.plan_fd < 0)
        return box.plan_fd;
    long error = SYS(statx, box.plan_fd, "", AT_EMPTY_PATH, STATX_SIZE, &stat);
    if (error < 0 || stat.stx_size <= offset)
        return error < 0 ? error : -ENOEXEC;
    long map = SYS(mmap, 0, stat.stx_size, 1, 2, box.plan_fd, 0); /* PROT_READ, MAP_PRIVATE */
    if (map < 0 && map > -4096)
        return map;
    box.file = (void *)map;
    box.file_size = stat.stx_size;
    return plan_read(&box.plan, (const char *)map + offset, stat.stx_size - offset);
}

/* Undoes all that was done, in the order in which it must be, and words the failure if there was one. */
static int finish(int status, const struct failure *failure) {
    reach(PHASE_ENDED);
    cgroup_look();
    net_end();
    if (failure->step)
        detach_trees();
    if (failure->step)
        names_undo();
    else if (box.plan.clone == box.plan.ops)
        names_stay();
    remove_pid_file();
    lend_end();
    beside_end();
    undo_all();
    if (!names_hold_mounts())
        remove_mount_points();
    terminal_restore();
    reach(PHASE_UNDONE);
    if (failure->step && box.outcome) {
        box.outcome->failure = *failure;
        return 125;
    }
    if (failure->step)
        return report(failure);
    cgroup_tell();
    if (box.die_by)
        signals_die_by(box.die_by);
    return status;
}

static int run(void) {
    struct failure failure = {0, 0};
    struct __kernel_timespec time;
    SYS(clock_gettime, 1, &time); /* CLOCK_MONOTONIC */
    box.start = time.tv_sec * 1000000000 + time.tv_nsec;
    box.lock = box.root = box.scratch = box.mounts = box.ruleset = -1;
    box.supervisor = box.kept = box.parent = box.block = box.sync = box.status = -1;
    box.names = box.names_record = box.undo = box.beside = box.lender = -1;
    box.init.file = box.init.link = box.init.far_link = box.init.go = box.init.ready = -1;
    for (u32 slot = 0; slot < MAX_SOURCES; slot++)
        box.sources[slot] = -1;
    SYS(prctl, PR_SET_NAME, "nsbox");
    long error = read_plan();
    if (error < 0) {
        static const char text[] = "error: This helper carries no plan that it can read\n";
        SYS(write, 2, text, sizeof text - 1);
        return 125;
    }
    signals_take();
    terminal_save();
    reach(PHASE_BEGUN);
    box.cwd = above_standard((int)SYS(openat, AT_FDCWD, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (interp_walk(WHERE_BEFORE, &failure) < 0)
        return finish(125, &failure);
    if (box.plan.clone == box.plan.ops)
        return finish(box.exit, &failure);
    if (interp_walk(WHERE_CLONE, &failure) < 0)
        return finish(125, &failure);
    if (interp_walk(WHERE_OUTSIDE, &failure) < 0) {
        SYS(close, box.channel); /* end of file: the child ends unreleased */
        SYS(wait4, box.child, 0, 0, 0);
        /* What comes too late for a child that has ended is not to blame. */
        if (box.told->step)
            failure = *box.told;
        return finish(125, &failure);
    }
    int status = monitor_wait(&failure);
    return finish(status, &failure);
}

/* `stack` is what execve(2) leaves: the count of arguments, the arguments, a null, the environment. */
__attribute__((used)) void start_relocated(const u64 *stack) {
    relocate((u64)&__ehdr_start);
    const char **argv = (const char **)(stack + 1);
    if (argv[0] && text_equal(argv[0], INIT_NAME))
        init_main((u32)stack[0], argv);
    leave(run());
}
