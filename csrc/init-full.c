/*
 * The whole startup as PID 1: environment, scripts, runit, the command, and all of it down again in order.
 * What differs from the model, and why, is in docs/init.md.
 */
#include "init-full.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/stat.h>

#define SCRIPTS "/etc/my_init.d"
#define RC_LOCAL "/etc/rc.local"
#define PRE_SHUTDOWN "/etc/my_init.pre_shutdown.d"
#define POST_SHUTDOWN "/etc/my_init.post_shutdown.d"
#define DEFAULT_TIMEOUT 30

enum { STATUS_FAILED = 1, STATUS_ABORTED = 2 };

struct full full;
static struct listing scripts;

void full_log(enum level level, const char *const *parts) {
    char line[1024] = "*** ";
    const char *end = line + sizeof line - 1; /* room for the line's end */
    enum level most = full.flags & INIT_QUIET ? LOG_ALWAYS : full.flags & INIT_VERBOSE ? LOG_DEBUG : LOG_INFO;
    if (level > most)
        return;
    char *at = line + 4;
    for (; *parts; parts++)
        at = text_append(at, end, *parts);
    text_make_harmless(line);
    *at++ = '\n';
    SYS(write, 2, line, at - line);
}

const char *full_number(u64 number) {
    static char text[4][24];
    static u32 next;
    char *to = text[next++ % 4];
    text_append_number(to, to + 24, number);
    return to;
}

/* 1 where it is a regular file, or a link to one, that PID 1 may execute. */
static int is_program(const char *path) {
    struct statx stat;
    return SYS(statx, AT_FDCWD, path, 0, STATX_TYPE, &stat) == 0 && (stat.stx_mode & S_IFMT) == S_IFREG &&
           SYS(faccessat, AT_FDCWD, path, 1) == 0; /* X_OK */
}

/* Returns 0, or the status that the startup ends with. The environment is what the script left of it. */
static int run_script(const char *path) {
    const char *argv[] = {path, 0};
    if (!is_program(path))
        return 0;
    LOG(LOG_INFO, "Running ", path, "...");
    struct program *script = full_start(argv, -1);
    if (!script)
        return STATUS_FAILED;
    if (full_wait(script) < 0) {
        full_stop(path, script);
        full_status(script);
        return STATUS_ABORTED;
    }
    environment_import(1);
    environment_export(0);
    int status = full_status(script);
    if (status == 0)
        return 0;
    LOG(LOG_ALWAYS, path, " failed with status ", full_number((u64)status));
    return STATUS_FAILED;
}

static int run_scripts(const char *directory) {
    long error = full_list(&scripts, directory);
    if (error == -EOVERFLOW) {
        LOG(LOG_ALWAYS, directory, " holds more than ", full_number(MAX_NAMES), " files");
        return STATUS_FAILED;
    }
    for (u32 i = 0; error == 0 && i < scripts.count; i++) {
        int status = run_script(scripts.paths[i]);
        if (status != 0)
            return status;
    }
    return 0;
}

static u64 timeout(u64 option, const char *name) {
    u64 seconds;
    const char *value = environment_value(name);
    if (option != INIT_NO_TIMEOUT)
        return option;
    if (!value)
        return DEFAULT_TIMEOUT;
    if (text_number(value, &seconds) == 0 && seconds <= 1000000)
        return seconds;
    LOG(LOG_ALWAYS, name, " is no number of seconds: ", value);
    return DEFAULT_TIMEOUT;
}

/* The command's words, as they are named in messages. */
static const char *name_of(const char **argv) {
    static char name[512];
    const char *end = name + sizeof name;
    char *at = text_append(name, end, argv[0]);
    for (u32 i = 1; argv[i]; i++)
        at = text_append(text_append(at, end, " "), end, argv[i]);
    return name;
}

/* Returns the command's status, or that of the startup where it was aborted. */
static int run_command(const char **argv) {
    const char *name = name_of(argv);
    LOG(LOG_INFO, "Running ", name, "...");
    struct program *command = full_start(argv, -1);
    if (!command)
        return STATUS_FAILED;
    int aborted = full_wait(command) < 0;
    if (aborted)
        full_stop(argv[0], command);
    int status = full_status(command);
    if (aborted)
        return STATUS_ABORTED;
    LOG(LOG_INFO, name, " exited with status ", full_number((u64)status), ".");
    return status;
}

static int wait_for_runit(struct program *runit) {
    if (!runit) {
        LOG(LOG_ALWAYS, "There is no COMMAND, and no /usr/bin/runsvdir with /etc/service to wait for");
        return STATUS_FAILED;
    }
    if (full_wait(runit) < 0)
        return STATUS_ABORTED;
    int status = runit->status & 0x7f ? 128 + (runit->status & 0x7f) : runit->status >> 8 & 0xff;
    LOG(LOG_INFO, "Runit exited with status ", full_number((u64)status));
    return status;
}

/* Returns 0, or the status of what failed. */
static int shut_down(struct program *runit) {
    if (full.flags & INIT_SKIP_RUNIT)
        return 0;
    int failed = run_scripts(PRE_SHUTDOWN);
    if (runit) {
        runit_stop_services();
        if (!runit->ended)
            full_stop("runit daemon", runit);
        runit_wait_for_services();
    }
    return failed ? failed : run_scripts(POST_SHUTDOWN);
}

static int run_all(const char **argv) {
    const char *directory = environment_value("ENV_INIT_DIRECTORY");
    int skips = (full.flags & INIT_SKIP_STARTUP) != 0;
    int status = skips ? 0 : run_scripts(directory ? directory : SCRIPTS);
    if (status == 0 && !skips)
        status = run_script(RC_LOCAL);
    if (status != 0)
        return status;
    struct program *runit = full.flags & INIT_SKIP_RUNIT ? 0 : runit_start();
    status = full.flags & INIT_NO_COMMAND ? wait_for_runit(runit) : run_command(argv);
    full.shutting_down = 1;
    int failed = shut_down(runit);
    return full.interrupted ? STATUS_ABORTED : failed ? failed : status;
}

_Noreturn void init_full(u32 count, const char **words, const char **envp) {
    u64 process, all;
    if (count <= FULL_WORDS - INIT_WORDS || text_number(words[0], &full.flags) ||
        text_number(words[1], &process) || text_number(words[2], &all))
        leave(125);
    full.path = words[3];
    environment_take(envp);
    environment_import(0);
    environment_export(1);
    full.process_timeout = timeout(process, "KILL_PROCESS_TIMEOUT");
    full.all_timeout = timeout(all, "KILL_ALL_PROCESSES_TIMEOUT");
    int status = run_all(words + FULL_WORDS - INIT_WORDS);
    if (full.interrupted)
        LOG(LOG_ALWAYS, "Init system aborted.");
    full.shutting_down = 1;
    if (!(full.flags & INIT_NO_KILL_ALL))
        full_kill_all();
    leave(status);
}
