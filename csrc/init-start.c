/*
 * How our own PID 1 comes to be: the monitor puts the helper, without the plan, into a sealed file; the
 * child forks, becomes PID 1 by executing that file, and the walk goes on in PID 2.
 */
#include "box.h"
#include "hold.h"
#include "init.h"
#include "socket.h"
#include "sys.h"
#include "terminal.h"
#include "text.h"
#include <asm/mman.h>
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/memfd.h>
#include <linux/wait.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x10U
#endif

#define ALL_SEALS 15 /* F_SEAL_SEAL, SHRINK, GROW, WRITE */
#define MODE 0111
#define NOBODYS 0xfffffffe

static long copy_helper(int to) {
    u64 left = helper_size();
    s64 from = 0;
    while (left > 0) {
        long copied = SYS(sendfile, to, box.plan_fd, &from, left);
        if (copied <= 0)
            return copied < 0 ? copied : -EIO;
        left -= (u64)copied;
    }
    return 0;
}

/*
 * Nobody may read it, and it belongs to an id that the user namespace does not have, where the caller may
 * give it away (an ordinary user: to another group of his): then not even CAP_SYS_PTRACE of the namespace
 * reaches the process that executes it. See ptrace(2).
 */
static long close_to_readers(int file) {
    u32 groups[64], own = (u32)SYS(getegid);
    long count = 0;
    if (SYS(fchown, file, NOBODYS, NOBODYS) < 0)
        count = SYS(getgroups, COUNT(groups), groups);
    for (long i = 0; i < count; i++)
        if (groups[i] != own && SYS(fchown, file, -1, groups[i]) == 0)
            break;
    return SYS(fchmod, file, MODE);
}

static int in_memory(void) {
    int file = (int)SYS(memfd_create, INIT_NAME, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
    /* Kernels before 6.3 do not know MFD_EXEC, and make every memfd executable. */
    if (file == -EINVAL)
        file = (int)SYS(memfd_create, INIT_NAME, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file < 0)
        return file;
    long error = copy_helper(file);
    if (error == 0)
        error = close_to_readers(file);
    if (error == 0)
        error = SYS(fcntl, file, F_ADD_SEALS, ALL_SEALS);
    return error < 0 ? (int)error : file;
}

/* A file without a name, reopened as it is executed: nothing that is open for writing can be. */
static int in_directory(const char *directory) {
    char path[64];
    int writable = (int)SYS(openat, AT_FDCWD, directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0700);
    if (writable < 0)
        return writable;
    text_append_number(text_append(path, path + sizeof path, "/proc/self/fd/"), path + sizeof path,
                       (u64)writable);
    long error = copy_helper(writable);
    /* Refused where the filesystem is mounted noexec. */
    if (error == 0)
        error = SYS(faccessat, AT_FDCWD, path, 1); /* X_OK */
    int file = error < 0 ? (int)error : (int)SYS(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (file >= 0)
        close_to_readers(writable);
    SYS(close, writable);
    return file;
}

long op_init_file(const struct args_init_file *args) {
    int link[2], gate[2], file = in_memory();
    /* vm.memfd_noexec=2 */
    if (file == -EACCES && *args->session)
        file = in_directory(args->session);
    if (file < 0)
        file = in_directory("/run");
    if (file < 0)
        file = in_directory("/tmp");
    if (file < 0)
        return file;
    box.init.file = above_standard(file);
    /* AF_UNIX, SOCK_STREAM. Sockets both: what is open here, no "#!/proc/self/fd/N" can open again. */
    long error = SYS(socketpair, AF_UNIX, 1 | O_CLOEXEC, 0, link);
    if (error == 0)
        error = SYS(socketpair, AF_UNIX, 1 | O_CLOEXEC, 0, gate);
    if (error < 0)
        return error;
    box.init.link = link[0];
    box.init.far_link = link[1];
    box.init.go = gate[0];
    box.init.ready = gate[1];
    return 0;
}

static void set_signals(u64 blocked, u64 *old) {
    SYS(rt_sigprocmask, SIG_SETMASK, &blocked, old, sizeof blocked);
}

/* PID 2 waits until PID 1 is ready, so that nothing here ever meets a PID 1 that holds anything. */
static long go_on_as_command(u64 mode, int in_foreground) {
    u8 byte;
    u64 mask;
    SYS(close, box.init.ready);
    SYS(close, box.init.far_link);
    SYS(close, box.init.file);
    reach(PHASE_COMMAND);
    if (SYS(read, box.init.go, &byte, 1) != 1)
        leave(125);
    SYS(close, box.init.go);
    if (mode != INIT_GROUP)
        return 0;
    long error = SYS(setpgid, 0, 0);
    if (error < 0)
        return error;
    set_signals(~0UL, &mask);
    if (in_foreground)
        terminal_give((s32)SYS(getpid));
    set_signals(mask, 0);
    return 0;
}

/* The words behind INIT_WORDS that the whole startup has: its settings, the command's. */
static long exec_full(const struct args_init *args, const char **words) {
    char flags[24], process[24], all[24];
    u32 argc = box.plan.argc, envc = box.plan.envc;
    u64 count = FULL_WORDS + (u64)argc + envc + 2;
    /* PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS */
    long memory = SYS(mmap, 0, count * sizeof(char *), 3, 0x22, -1, 0);
    if (memory < 0 && memory > -4096)
        return memory;
    const char **argv = (const char **)memory, **envp = argv + FULL_WORDS + argc + 1;
    for (u32 i = 0; i < INIT_WORDS; i++)
        argv[i] = words[i];
    text_append_number(flags, flags + sizeof flags, args->flags);
    text_append_number(process, process + sizeof process, args->process);
    text_append_number(all, all + sizeof all, args->all);
    argv[INIT_WORDS] = flags;
    argv[INIT_WORDS + 1] = process;
    argv[INIT_WORDS + 2] = all;
    argv[INIT_WORDS + 3] = args->path;
    const char *at = box.plan.argv;
    for (u32 i = 0; i < argc; i++, at = plan_next(at))
        argv[FULL_WORDS + i] = at;
    for (u32 i = 0; i < envc; i++, at = plan_next(at))
        envp[i] = at;
    /* All but what the command is to have is close-on-exec. */
    return SYS(execveat, box.init.file, "", argv, envp, AT_EMPTY_PATH);
}

static long exec_init(const struct args_init *args, s32 command) {
    char words[INIT_WORDS - 1][24];
    const u64 numbers[] = {args->mode, (u64)box.init.far_link, (u64)box.init.ready, (u64)command};
    const char *argv[INIT_WORDS + 1] = {INIT_NAME}, *envp[] = {0};
    const int kept[] = {box.init.file, box.init.far_link, box.init.ready, box.channel};
    for (u32 i = 0; i < COUNT(numbers); i++) {
        text_append_number(words[i], words[i] + sizeof words[i], numbers[i]);
        argv[i + 1] = words[i];
    }
    SYS(fcntl, box.init.far_link, F_SETFD, 0);
    SYS(fcntl, box.init.ready, F_SETFD, 0);
    if (args->mode == INIT_FULL)
        return exec_full(args, argv);
    close_others("", kept, COUNT(kept));
    return SYS(execveat, box.init.file, "", argv, envp, AT_EMPTY_PATH);
}

long op_init(const struct args_init *args) {
    /* With a terminal of its own, PID 1 leads the session. */
    int in_foreground = box.terminal >= 0 || SYS(getsid, 0) == SYS(getpid);
    u64 mask;
    struct {
        u64 handler, flags, restorer, mask;
    } by_default = {0};
    if (SYS(getpid) != 1)
        return -EPERM;
    set_signals(~0UL, &mask);
    long command = args->mode == INIT_FULL ? 1 : SYS(clone, SIGCHLD, 0, 0, 0, 0);
    if (command == 0) {
        set_signals(mask, 0);
        return go_on_as_command(args->mode, in_foreground);
    }
    if (command < 0)
        return command;
    /* Ignored, as the caller may have it, it would lose the command's status. */
    reach(PHASE_INIT);
    SYS(rt_sigaction, SIGCHLD, &by_default, 0, sizeof by_default.mask);
    /* The whole startup never comes to the exec at the end of the plan: this is its. */
    if (args->mode == INIT_FULL)
        box.told->error = REACHED_EXEC;
    return exec_init(args, (s32)command);
}
