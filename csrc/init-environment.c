/*
 * The environment that PID 1 gives to what it starts, and the directory that holds it: one file a variable.
 * There is no malloc, so variables go one behind the other into a mapping; what reads the directory anew
 * starts from its beginning. Pages are only there once they are written.
 */
#include "init-full.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>

#define DIRECTORY "/etc/container_environment"
#define ROOM (16UL << 20)
#define MAX_VARIABLES 8192
#define LONGEST 131072 /* MAX_ARG_STRLEN: execve(2) takes no longer string */

static struct {
    char *text; /* ROOM bytes */
    u64 used;
    u32 count;
    const char *list[MAX_VARIABLES + 1];
} environment;

static struct listing files;

static u64 name_length(const char *variable) {
    u64 length = 0;
    while (variable[length] && variable[length] != '=')
        length++;
    return length;
}

static const char *find(const char *name, u64 length) {
    for (u32 i = 0; i < environment.count; i++)
        if (name_length(environment.list[i]) == length && memcmp(environment.list[i], name, length) == 0)
            return environment.list[i];
    return 0;
}

const char *environment_value(const char *name) {
    const char *variable = find(name, text_length(name));
    return variable && name_length(variable) < text_length(variable) ? variable + text_length(name) + 1 : 0;
}

const char **environment_list(void) {
    environment.list[environment.count] = 0;
    return environment.list;
}

void environment_take(const char **envp) {
    /* PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE */
    long memory = SYS(mmap, 0, ROOM, 3, 0x4022, -1, 0);
    if (memory < 0 && memory > -4096)
        leave(125);
    environment.text = (char *)memory;
    for (; *envp && environment.count < MAX_VARIABLES; envp++)
        environment.list[environment.count++] = *envp;
}

/* Adds the variable that is in the file; one line's end at the end of its content is not part of it. */
static void read_variable(const char *path, const char *name) {
    u64 length = text_length(name);
    char *to = environment.text + environment.used;
    if (environment.count == MAX_VARIABLES || ROOM - environment.used < length + LONGEST) {
        LOG(LOG_ALWAYS, "Left out ", name, " of " DIRECTORY ": there are too many variables");
        return;
    }
    int file = (int)SYS(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    char *value = text_append(text_append(to, to + length + 2, name), to + length + 2, "=");
    u64 size = 0, most = LONGEST - length - 1;
    long got = file;
    while (file >= 0 && size < most && (got = SYS(read, file, value + size, most - size)) > 0)
        size += (u64)got;
    SYS(close, file);
    if (got < 0) {
        /* Directories are in the way of nothing. */
        if (got != -EISDIR)
            LOG(LOG_ALWAYS, "Left out ", path, ": errno ", full_number((u64)-got));
        return;
    }
    if (size == most) {
        LOG(LOG_ALWAYS, "Left out ", path, ": longer than a variable may be");
        return;
    }
    value[size > 0 && value[size - 1] == '\n' ? size - 1 : size] = 0;
    environment.used += length + size + 2;
    environment.list[environment.count++] = to;
}

void environment_import(int anew) {
    long error = full_list(&files, DIRECTORY);
    if (error == -ENOENT || error == -ENOTDIR)
        return;
    if (error < 0)
        LOG(LOG_ALWAYS, "Cannot read all of " DIRECTORY ": errno ", full_number((u64)-error));
    if (anew)
        environment.count = 0, environment.used = 0;
    for (u32 i = 0; i < files.count; i++) {
        const char *name = files.paths[i] + sizeof DIRECTORY;
        u64 length = name_length(name);
        if (name[length])
            LOG(LOG_ALWAYS, "Left out ", files.paths[i], ": the name of a variable holds no \"=\"");
        else if (anew || !find(name, length))
            read_variable(files.paths[i], name);
    }
}
