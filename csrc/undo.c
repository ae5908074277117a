#include "undo.h"
#include "box.h"
#include "netlink.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/stat.h>

#define LOCK_EX 2
#define LOCK_NB 4
#define MAX_WORDS 16

static char list[UNDO_SIZE];
static char path_of_list[4096];

static long take_back(void);

/* Opens directory `path`, made where it is absent; another user's, or one that others may write to, is
 * refused.
 */
static int open_own(int parent, const char *path) {
    struct statx stat;
    SYS(mkdirat, parent, path, 0700);
    int directory = (int)SYS(openat, parent, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory < 0)
        return directory;
    long error = SYS(statx, directory, "", AT_EMPTY_PATH, STATX_UID | STATX_MODE, &stat);
    if (error == 0 && stat.stx_uid == (u32)SYS(geteuid) && !(stat.stx_mode & 022))
        return directory;
    SYS(close, directory);
    return error < 0 ? (int)error : -EPERM;
}

/* Opens the list and locks it as `how` says, if it is still the one of that name afterwards. */
static int open_locked(int directory, const char *name, int flags, int how) {
    struct statx stat;
    for (;;) {
        int file = above_standard(
            (int)SYS(openat, directory, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flags, 0600));
        if (file < 0)
            return file;
        long error = SYS(flock, file, how);
        if (error == 0)
            error = SYS(statx, file, "", AT_EMPTY_PATH, STATX_NLINK, &stat);
        if (error == 0 && stat.stx_nlink > 0)
            return file;
        SYS(close, file);
        if (error < 0)
            return (int)error;
    }
}

/* Who else holds it only looks whether it is held, or carries out what an earlier life left: that is waited
 * for. */
static int begin_once(const char *state, const char *id) {
    int own = open_own(AT_FDCWD, state);
    int directory = own < 0 ? own : open_own(own, "undo");
    int file = directory < 0 ? directory : open_locked(directory, id, O_CREAT, LOCK_EX);
    SYS(close, own);
    SYS(close, directory);
    if (file < 0)
        return file;
    const char *end = path_of_list + sizeof path_of_list;
    text_append(text_append(text_append(path_of_list, end, state), end, "/undo/"), end, id);
    return file;
}

/* The end of another run may remove the directories under our hands: then once more. */
static int begin(const char *state, const char *id) {
    int file = begin_once(state, id);
    for (int tries = 0; file == -ENOENT && tries < 100; tries++)
        file = begin_once(state, id);
    return file;
}

/* What a killed life of the same container left is taken back first. */
long op_undo_list(const struct args_undo_list *args) {
    int file = begin(args->state, args->id);
    if (file < 0)
        file = begin(args->otherwise, args->id);
    if (file < 0)
        return file;
    box.undo = file;
    long error = take_back();
    if (error < 0) {
        SYS(close, box.undo);
        box.undo = -1;
    }
    return error;
}

long op_undo(const struct args_undo *args) {
    int file = open_locked(AT_FDCWD, args->path, 0, LOCK_EX | LOCK_NB);
    if (file < 0)
        return file == -ENOENT ? 0 : file;
    text_append(path_of_list, path_of_list + sizeof path_of_list, args->path);
    box.undo = file;
    undo_all();
    return box.undo >= 0 ? -EBUSY : 0;
}

long undo_add(const char *what, const char *text) {
    if (box.undo < 0)
        return -ENOLCK;
    struct statx stat;
    u64 length = text_length(what) + 1 + text_length(text) + 1;
    long error = SYS(statx, box.undo, "", AT_EMPTY_PATH, STATX_SIZE, &stat);
    if (error < 0)
        return error;
    if (stat.stx_size + length >= sizeof list)
        return -ENOSPC;
    const char *end = list + sizeof list;
    text_append(text_append(text_append(text_append(list, end, what), end, " "), end, text), end, "\n");
    long written = SYS(pwrite64, box.undo, list, length, stat.stx_size);
    return written < 0 ? written : written == (long)length ? 0 : -ENOSPC;
}

long run_words(char *text) {
    const char *argv[MAX_WORDS + 1] = {text};
    u32 count = 1;
    for (; *text && count < MAX_WORDS; text++)
        if (*text == UNDO_SEPARATOR) {
            *text = 0;
            argv[count++] = text + 1;
        }
    argv[count] = 0;
    return run_tool(argv);
}

/* Nothing can be at such a path: what was to be made there was not. */
static int is_nowhere(long error) {
    return error == -ENOENT || error == -ENOTDIR || error == -ENAMETOOLONG;
}

static long send_messages(char *text) {
    u64 protocol = 0;
    for (; *text >= '0' && *text <= '9'; text++)
        protocol = protocol * 10 + (u64)(*text - '0');
    char *messages = text + (*text == ' '), *patches = messages;
    while (*patches && *patches != ' ')
        patches++;
    if (*patches)
        *patches++ = 0;
    netlink_send((u32)protocol, messages, patches);
    return 0;
}

static long run_ignored(char *words) {
    run_words(words);
    return 0;
}

static long remove_file(char *path) {
    long error = SYS(unlinkat, AT_FDCWD, path, 0);
    return is_nowhere(error) ? 0 : error;
}

/* Where the namespace was bound over it, it is whole, and stays. */
static long remove_name(char *path) {
    long error = remove_file(path);
    return error == -EBUSY ? 0 : error;
}

static long remove_group(char *path) {
    long error = cgroup_remove(path);
    return is_nowhere(error) ? 0 : error;
}

/* Whoever else has something in it removes it in turn. */
static long remove_empty(char *path) {
    long error = SYS(unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
    return is_nowhere(error) || error == -EBUSY || error == -ENOTEMPTY ? 0 : error;
}

static const struct {
    char what[12];
    long (*undo)(char *text);
} kinds[] = {
    {"cgroup ", remove_group}, {"rmdir ", remove_empty},    {"file ", remove_file},
    {"netns ", remove_name},   {"netlink ", send_messages}, {"tool ", run_ignored},
};

/* A line of another nsbox's that is not known here is left to that one. */
static long undo_line(char *line) {
    for (u32 i = 0; i < COUNT(kinds); i++)
        if (text_begins(line, kinds[i].what))
            return kinds[i].undo(line + text_length(kinds[i].what));
    return -ENOSYS;
}

/* Takes back what the list names, the last first, and shortens it by that. 0, or -EBUSY where something
 * stays. */
static long take_back(void) {
    long length = SYS(pread64, box.undo, list, sizeof list - 1, 0);
    for (long end = length; end > 0;) {
        long begin = end - 1;
        /* Half a line was written where the disk was full: what it names was not made. */
        int whole = list[begin] == '\n';
        list[begin] = 0;
        while (begin > 0 && list[begin - 1] != '\n')
            begin--;
        if (whole && undo_line(list + begin) < 0)
            return -EBUSY;
        end = begin;
        SYS(ftruncate, box.undo, end);
    }
    return length < 0 ? length : 0;
}

/* The directory of lists, and that of all state, where they are empty now. */
static void remove_parents(void) {
    char *end = path_of_list + text_length(path_of_list);
    for (int i = 0; i < 2; i++) {
        while (end > path_of_list && *end != '/')
            end--;
        *end = 0;
        if (SYS(unlinkat, AT_FDCWD, path_of_list, AT_REMOVEDIR) < 0)
            return;
    }
}

void undo_all(void) {
    if (box.undo < 0 || take_back() < 0)
        return;
    SYS(unlinkat, AT_FDCWD, path_of_list, 0);
    SYS(close, box.undo);
    box.undo = -1;
    remove_parents();
}
