/* Directories, sorted; and runit, which is told by its own programs: see runsvdir(8), sv(8). */
#include "box.h"
#include "init-full.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>

#define RUNSVDIR "/usr/bin/runsvdir"
#define SV "/usr/bin/sv"
#define SERVICES "/etc/service"

static int comes_before(const char *a, const char *b) {
    while (*a && *a == *b)
        a++, b++;
    return (u8)*a < (u8)*b;
}

static void insert(struct listing *listing, const char *path) {
    u32 at = listing->count++;
    for (; at > 0 && comes_before(path, listing->paths[at - 1]); at--)
        listing->paths[at] = listing->paths[at - 1];
    listing->paths[at] = path;
}

/* Returns 0 where there is no more room. */
static int add(struct listing *listing, const char *directory, const char *name) {
    u64 size = text_length(directory) + text_length(name) + 2;
    char *to = listing->text + listing->used, *end = to + size;
    if (listing->count == MAX_NAMES || size > LISTING_ROOM - listing->used)
        return 0;
    text_append(text_append(text_append(to, end, directory), end, "/"), end, name);
    listing->used += (u32)size;
    insert(listing, to);
    return 1;
}

long full_list(struct listing *listing, const char *directory) {
    char entries[4096];
    long got, error = 0;
    int fd = (int)SYS(openat, AT_FDCWD, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    listing->count = listing->used = 0;
    if (fd < 0)
        return fd;
    if (!listing->text) {
        /* PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE */
        long memory = SYS(mmap, 0, LISTING_ROOM, 3, 0x4022, -1, 0);
        if (memory < 0 && memory > -4096)
            error = memory;
        listing->text = error == 0 ? (char *)memory : 0;
    }
    while (error == 0 && (got = SYS(getdents64, fd, entries, sizeof entries)) > 0)
        for (long at = 0; at < got; at += ((struct directory_entry *)(entries + at))->length) {
            const char *name = ((struct directory_entry *)(entries + at))->name;
            if (name[0] == '.' || add(listing, directory, name))
                continue;
            error = -EOVERFLOW;
            break;
        }
    SYS(close, fd);
    return error;
}

static struct listing services;
static const char *sv_words[MAX_NAMES + 5];

struct program *runit_start(void) {
    const char *argv[] = {RUNSVDIR, "-P", SERVICES, 0};
    if (SYS(faccessat, AT_FDCWD, RUNSVDIR, 1) != 0 || SYS(faccessat, AT_FDCWD, SERVICES, 1) != 0) {
        LOG(LOG_DEBUG, "No ", RUNSVDIR, " or no ", SERVICES, ": going on without runit");
        return 0;
    }
    LOG(LOG_INFO, "Booting runit daemon...");
    struct program *runit = full_start(argv, -1);
    if (runit)
        LOG(LOG_INFO, "Runit started as PID ", full_number((u64)runit->pid));
    return runit;
}

/* Runs sv with every service, its output on `output`. */
static void run_sv(const char *command, int output) {
    u32 count = 0;
    if (full_list(&services, SERVICES) != 0 || services.count == 0)
        return;
    sv_words[count++] = SV;
    sv_words[count++] = "-w";
    sv_words[count++] = full_number(full.process_timeout);
    sv_words[count++] = command;
    for (u32 i = 0; i < services.count; i++)
        sv_words[count++] = services.paths[i];
    sv_words[count] = 0;
    struct program *sv = full_start(sv_words, output);
    if (!sv)
        return;
    full_wait(sv);
    full_status(sv);
}

void runit_stop_services(void) {
    int nowhere = above_standard((int)SYS(openat, AT_FDCWD, "/dev/null", O_WRONLY | O_CLOEXEC));
    LOG(LOG_INFO, "Begin shutting down runit services...");
    run_sv("force-stop", nowhere);
    SYS(close, nowhere);
}

/* 1 where a line of `file` begins with "run:". */
static int says_run(int file) {
    static const char word[] = "run:";
    char text[1024];
    u32 matched = 0;
    for (long got; (got = SYS(read, file, text, sizeof text)) > 0;)
        for (long i = 0; i < got; i++) {
            if (text[i] == '\n')
                matched = 0;
            else if (matched < sizeof word)
                matched = text[i] == word[matched] ? matched + 1 : sizeof word;
            if (matched == sizeof word - 1)
                return 1;
        }
    return 0;
}

/* The words of sv go to a file in memory: a pipe could fill up. */
static int any_runs(void) {
    int file = above_standard((int)SYS(memfd_create, "status", 1)); /* MFD_CLOEXEC */
    if (file < 0)
        return 0;
    run_sv("status", file);
    SYS(lseek, file, 0, 0);
    int runs = says_run(file);
    SYS(close, file);
    return runs;
}

void runit_wait_for_services(void) {
    LOG(LOG_INFO, "Waiting for runit services to exit...");
    while (any_runs()) {
        full_pause(100);
        runit_stop_services();
    }
}
