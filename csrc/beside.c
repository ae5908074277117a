/*
 * A program beside the command: user-mode networking. Between it and the monitor stands a process of ours,
 * its keeper, in a session of its own. It ends the program as soon as the monitor's end of a socket is
 * closed, by the monitor or by its death; a program that goes into the background stays the keeper's child,
 * which is a subreaper: no PID is written down anywhere.
 */
#include "beside.h"
#include "box.h"
#include "life.h"
#include "proc.h"
#include "socket.h"
#include "sys.h"
#include "text.h"
#include "undo.h"
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/memfd.h>
#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/time_types.h>
#include <linux/wait.h>

#define MAX_WORDS 256
#define PATIENCE 20 /* seconds until it is ready */
#define TO_END 5    /* seconds until it has ended */
#define WORDS_SIZE 4096
#define READY_FD 3

struct program {
    const char *argv[MAX_WORDS + 1];
    int link;    /* the keeper's end */
    int words;   /* what it writes on standard error, no more than WORDS_SIZE */
    int network; /* its standard input, -1 for the null device */
    int ready;   /* the keeper reads here that it is ready, -1 where its exit says so */
    int tell;    /* and there it says so */
    s32 pid;
    int is_ready;
};

/* Words parted by UNDO_SEPARATOR; "{pid}" is the command's PID. */
static long split(const char *tool, const char *words, struct program *program) {
    static char text[16384], pid[24];
    u32 count = 0;
    program->argv[count++] = tool;
    if (text_length(words) >= sizeof text)
        return -E2BIG;
    text_append_number(pid, pid + sizeof pid, (u64)box.child);
    text_append(text, text + sizeof text, words);
    for (char *at = text, *word = text;; at++) {
        char last = *at;
        if (last && last != UNDO_SEPARATOR)
            continue;
        if (count == MAX_WORDS)
            return -E2BIG;
        *at = 0;
        program->argv[count++] = text_equal(word, "{pid}") ? pid : word;
        word = at + 1;
        if (!last)
            return 0;
    }
}

_Noreturn static void become(const struct program *program, int null) {
    SYS(dup3, program->network >= 0 ? program->network : null, 0, 0);
    SYS(dup3, null, 1, 0);
    SYS(dup3, program->words, 2, 0);
    if (program->tell == READY_FD)
        SYS(fcntl, READY_FD, F_SETFD, 0);
    else if (program->tell >= 0)
        SYS(dup3, program->tell, READY_FD, 0);
    signals_give_back();
    const char *const envp[] = {0};
    SYS(execve, program->argv[0], program->argv, envp);
    leave(127);
}

static void tell(struct program *program, s32 result) {
    program->is_ready = 1;
    SYS(sendto, program->link, &result, sizeof result, MSG_NOSIGNAL, 0, 0);
}

/* Collects what has ended. Returns 1 once nothing is left to be kept. */
static int nothing_left(struct program *program) {
    int status;
    long pid;
    while ((pid = SYS(wait4, -1, &status, WNOHANG, 0)) > 0)
        if (pid == program->pid && !program->is_ready)
            tell(program, program->ready < 0 && status == 0 ? 0 : -ECANCELED);
    return pid == -ECHILD;
}

static void keep_until_the_end(struct program *program, int signals) {
    u8 bytes[256];
    for (;;) {
        struct pollfd wait[] = {{.fd = program->link, .events = POLLIN},
                                {.fd = signals, .events = POLLIN},
                                {.fd = program->ready, .events = POLLIN}};
        SYS(ppoll, wait, COUNT(wait), 0, 0, 0);
        if (wait[0].revents)
            return;
        if (wait[2].revents) {
            if (SYS(read, program->ready, bytes, sizeof bytes) > 0)
                tell(program, 0);
            SYS(close, program->ready);
            program->ready = -1;
            if (!program->is_ready)
                tell(program, -ECANCELED);
        }
        if (wait[1].revents) {
            SYS(read, signals, bytes, sizeof bytes);
            if (nothing_left(program))
                return;
        }
    }
}

_Noreturn static void keeper_main(struct program *program) {
    u64 ended = 1UL << (SIGCHLD - 1);
    SYS(setsid);
    SYS(chdir, "/");
    SYS(prctl, PR_SET_CHILD_SUBREAPER, 1);
    int null = above_standard((int)SYS(openat, AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC));
    for (int fd = 0; fd <= 2; fd++)
        SYS(dup3, null, fd, 0);
    int signals = above_standard((int)SYS(signalfd4, -1, &ended, sizeof ended, O_CLOEXEC));
    const int ours[] = {program->link, program->words, program->network, program->ready,
                        program->tell, null,           signals};
    close_others("", ours, COUNT(ours));
    program->pid = (s32)SYS(clone, SIGCHLD, 0, 0, 0, 0);
    if (program->pid == 0)
        become(program, null);
    if (program->tell >= 0)
        SYS(close, program->tell);
    if (program->pid > 0)
        keep_until_the_end(program, signals);
    else
        tell(program, program->pid);
    end_orphans();
    leave(0);
}

static long open_all(struct program *program, u64 network, u64 tells) {
    char path[64];
    int pair[2];
    program->network = program->ready = program->tell = -1;
    program->words = above_standard((int)SYS(memfd_create, "nsbox", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (program->words < 0)
        return program->words;
    SYS(ftruncate, program->words, WORDS_SIZE);
    SYS(fcntl, program->words, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW);
    if (network) {
        proc_path(path, sizeof path, box.child, "ns/net");
        program->network = above_standard((int)SYS(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC));
        if (program->network < 0)
            return program->network;
    }
    if (tells) {
        long error = SYS(pipe2, pair, O_CLOEXEC);
        if (error < 0)
            return error;
        program->ready = above_standard(pair[0]);
        program->tell = above_standard(pair[1]);
    }
    long error = SYS(socketpair, AF_UNIX, SOCK_STREAM | O_CLOEXEC, 0, pair);
    if (error < 0)
        return error;
    box.beside = above_standard(pair[0]);
    program->link = above_standard(pair[1]);
    return 0;
}

/* What the program has said of itself, for whoever reads our standard error: each line behind its name. */
static void show_words(int words, const char *tool) {
    static char text[WORDS_SIZE + 1], line[WORDS_SIZE + 256];
    const char *end = line + sizeof line, *name = tool;
    for (const char *at = tool; *at; at++)
        if (*at == '/')
            name = at + 1;
    SYS(pread64, words, text, WORDS_SIZE, 0);
    for (char *at = text, *from = text; *from; from = at) {
        while (*at && *at != '\n')
            at++;
        if (*at)
            *at++ = 0;
        text_make_harmless(from);
        text_append(text_append(text_append(text_append(line, end, name), end, ": "), end, from), end, "\n");
        SYS(write, 2, line, text_length(line));
    }
}

static long wait_for(u64 seconds) {
    struct pollfd wait = {.fd = box.beside, .events = POLLIN};
    struct __kernel_timespec time = {.tv_sec = (s64)seconds};
    return SYS(ppoll, &wait, 1, &time, 0, 0);
}

long op_run_beside(const struct args_run_beside *args) {
    static struct program program;
    s32 result = -ECANCELED;
    if (box.beside >= 0)
        return -EBUSY;
    program.words = -1;
    long error = split(args->tool, args->words, &program);
    if (error == 0)
        error = open_all(&program, args->network, args->tells);
    long keeper = error < 0 ? error : SYS(clone, SIGCHLD, 0, 0, 0, 0);
    if (keeper == 0)
        keeper_main(&program);
    const int theirs[] = {program.link, program.network, program.ready, program.tell};
    for (u32 i = 0; i < COUNT(theirs); i++)
        if (theirs[i] > 0)
            SYS(close, theirs[i]);
    if (keeper > 0) {
        if (wait_for(PATIENCE) != 1)
            result = -ETIMEDOUT;
        else
            SYS(read, box.beside, &result, sizeof result);
        if (result < 0)
            show_words(program.words, args->tool);
    }
    SYS(close, program.words);
    return keeper < 0 ? keeper : result;
}

void beside_end(void) {
    u8 byte;
    if (box.beside < 0)
        return;
    SYS(shutdown, box.beside, SHUT_WR);
    while (wait_for(TO_END) == 1 && SYS(read, box.beside, &byte, 1) > 0)
        ;
    SYS(close, box.beside);
    box.beside = -1;
}
