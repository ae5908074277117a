/* Events of a run, for the supervisor and for `--status-fd`. */
#include "box.h"
#include "handover.h"
#include "life.h"
#include "socket.h"
#include "supervise.h"
#include "sys.h"
#include "text.h"

/* {"event":NAME[,KEY:NUMBER…]} and a line's end, in one write. */
static void write_event(const char *name, const char *key, s64 number, const char *other, s64 second) {
    char line[128];
    const char *end = line + sizeof line;
    if (box.status < 0)
        return;
    char *at = text_append(text_append(line, end, "{\"event\":\""), end, name);
    at = text_append(text_append(at, end, "\",\""), end, key);
    at = text_append_number(text_append(at, end, "\":"), end, (u64)number);
    if (other) {
        at = text_append(text_append(text_append(at, end, ",\""), end, other), end, "\":");
        at = text_append_number(at, end, (u64)second);
    }
    at = text_append(at, end, "}\n");
    SYS(write, box.status, line, at - line);
}

void supervisor_hears(enum message kind, s32 pid) {
    struct word word = {(char)kind, pid};
    if (box.supervisor >= 0)
        SYS(sendto, box.supervisor, &word, sizeof word, MSG_NOSIGNAL, 0, 0);
}

void tell_created(void) {
    write_event("created", "pid", box.child, 0, 0);
    supervisor_hears(HEARS_CREATED, box.child);
}

void tell_started(void) {
    write_event("started", "pid", box.child, 0, 0);
    supervisor_hears(HEARS_STARTED, box.child);
}

void tell_exited(int status, int signal) {
    write_event("exited", "status", status, "signal", signal);
    if (box.outcome) {
        box.outcome->status = status;
        box.outcome->signal = signal;
    }
}
