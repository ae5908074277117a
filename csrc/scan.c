#include "library.h"
#include "plan.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>

/* The number in "net:[4026531840]". */
static u64 link_inode(int proc, const char *pid, const char *kind) {
    char path[64], link[64];
    const char *end = path + sizeof path;
    u64 inode = 0;
    text_append(text_append(text_append(path, end, pid), end, "/ns/"), end, kind);
    long length = SYS(readlinkat, proc, path, link, sizeof link);
    for (long i = 0; i < length; i++)
        if (link[i] >= '0' && link[i] <= '9')
            inode = inode * 10 + (u64)(link[i] - '0');
    return inode;
}

long nsh_scan(const char *kinds, struct nsh_link *links, u64 capacity) {
    char entries[8192];
    u64 count = 0;
    int proc = (int)SYS(openat, AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (proc < 0)
        return proc;
    long got;
    while ((got = SYS(getdents64, proc, entries, sizeof entries)) > 0)
        for (long at = 0; at < got;) {
            struct directory_entry *entry = (struct directory_entry *)(entries + at);
            u64 pid;
            u32 index = 0;
            at += entry->length;
            if (text_number(entry->name, &pid) != 0)
                continue;
            for (const char *kind = kinds; *kind; kind = plan_next(kind), index++, count++)
                if (count < capacity)
                    links[count] = (struct nsh_link){(u32)pid, index, link_inode(proc, entry->name, kind)};
        }
    SYS(close, proc);
    return got < 0 ? got : (long)count;
}
