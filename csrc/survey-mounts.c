/* Whether namespaces are mounted in a mount namespace: in most there are none, and nothing more to look for.
 */
#include "survey.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>

static const char SIGN[] = " - nsfs ";

/* Reads all of `file`. Returns 1 where the sign stands in it, 0 where it does not, or a negative errno. */
static long has_sign(int file) {
    char text[8192];
    u64 matched = 0;
    long got;
    while ((got = SYS(read, file, text, sizeof text)) > 0)
        for (long at = 0; at < got; at++) {
            /* Of the sign nothing but its first character can begin in what was matched of it so far. */
            matched = text[at] == SIGN[matched] ? matched + 1 : text[at] == SIGN[0];
            if (!SIGN[matched])
                return 1;
        }
    return got;
}

void survey_mounts(struct worker *worker) {
    char link[64];
    u32 id = worker->process->links[LINK_MNT], links[LINKS] = {0};
    int file = (int)SYS(openat, worker->dir, "mountinfo", O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return;
    long has = has_sign(file);
    SYS(close, file);
    /* A process whose root is another one sees less; one that went elsewhere saw another's. */
    if (has != 0 || SYS(readlinkat, worker->dir, "root", link, sizeof link) != 1 || link[0] != '/' ||
        survey_links(worker, "", links) < 0 || links[LINK_MNT] != id)
        return;
    struct record_bare *record = survey_record(worker, RECORD_BARE, sizeof *record);
    if (record)
        record->id = id;
}
