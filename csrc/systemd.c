/* A scope of systemd's, asked for in a message that src/cgroup/systemd.ts has made. */
#include "base64.h"
#include "box.h"
#include "dbus.h"
#include "life.h"
#include "proc.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>

#define SECOND 1000000000L
/* How long systemd may take. */
#define PATIENCE (30 * SECOND)
/* The serial number of the call in the message. */
#define CALL 4

static u8 bytes[8192];

/* One call. */
struct call {
    const char *unit, *socket, *bus, *greeting, *message;
    u64 pid;     /* where in the message our own number is put */
    int is_job;  /* it is done when the job is that it begins, not when it is answered */
    int is_mute; /* nothing is said where it fails */
};

/* `pid`: where our own number is put, 0 for nowhere. */
static long send_encoded(int fd, const char *message, u64 pid) {
    long length = base64_decode(message, bytes, sizeof bytes);
    u32 self = (u32)SYS(getpid);
    if (length < 0 || pid + sizeof self > (u64)length)
        return -EINVAL;
    if (pid)
        memcpy(bytes + pid, &self, sizeof self);
    return dbus_send(fd, bytes, (u64)length);
}

/* systemd's own words say more than a number can. */
static void say(const char *error, const char *words) {
    char text[512];
    const char *end = text + sizeof text;
    char *at = text_append(text_append(text, end, "systemd says: "), end, error);
    text_append(text_append(at, end, ": "), end, words);
    text_make_harmless(text);
    op_say(&(struct args_say){.text = text});
}

static long errno_of(const char *error) {
    if (text_equal(error, "org.freedesktop.systemd1.UnitExists"))
        return -EEXIST;
    if (text_equal(error, "org.freedesktop.DBus.Error.AccessDenied") ||
        text_equal(error, "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired"))
        return -EACCES;
    if (text_equal(error, "org.freedesktop.DBus.Error.ServiceUnknown") ||
        text_equal(error, "org.freedesktop.DBus.Error.NameHasNoOwner"))
        return -EHOSTUNREACH;
    return -EREMOTEIO;
}

/* The name of the unit that a signal is about; "" for another signal. */
static const char *unit_of(const struct message *message, const char *member, u32 *at) {
    if (message->type != DBUS_SIGNAL || !text_equal(message->member, member))
        return "";
    if (text_equal(member, "JobRemoved")) {
        *at = 4;
        dbus_text(message, at);
    }
    return dbus_text(message, at);
}

/*
 * Waits for the end of the job. Where a scope of that name is still there, of an earlier life of the same
 * container, it is about to go: then the call is made once more.
 */
static long make_call(int fd, const struct call *args) {
    s64 deadline = now() + PATIENCE;
    int exists = 0;
    long error = send_encoded(fd, args->message, args->pid);
    while (error == 0) {
        struct message message;
        u32 at = 0;
        error = dbus_receive(fd, deadline, &message);
        if (error < 0)
            return error == -ETIMEDOUT && exists ? -EEXIST : error;
        if (message.type == DBUS_ERROR && message.answers == CALL) {
            error = errno_of(message.error);
            exists = error == -EEXIST;
            if (!exists) {
                if (!args->is_mute)
                    say(message.error, dbus_text(&message, &at));
                return error;
            }
            error = 0;
            deadline = now() + PATIENCE / 3;
        } else if (!args->is_job && message.type == DBUS_RETURN && message.answers == CALL) {
            return 0;
        } else if (text_equal(unit_of(&message, "JobRemoved", &at), args->unit)) {
            const char *result = dbus_text(&message, &at);
            if (text_equal(result, "done"))
                return 0;
            if (!args->is_mute)
                say("the job's result", result);
            return text_equal(result, "timeout") ? -ETIMEDOUT : -ECANCELED;
        } else if (exists && text_equal(unit_of(&message, "UnitRemoved", &at), args->unit)) {
            exists = 0;
            error = send_encoded(fd, args->message, args->pid);
        }
    }
    return error;
}

/*
 * A group whose processes are in groups below it hands limits down; one with processes of its own does not.
 * The monitor in there keeps the scope until it has seen how the command ended.
 */
static long stay(const char *group) {
    char path[4096];
    const char *end = path + sizeof path;
    char *at = text_append(text_append(path, end, group), end, "/nsbox");
    long error = SYS(mkdirat, AT_FDCWD, path, 0755);
    if (error < 0 && error != -EEXIST)
        return error;
    text_append(at, end, "/cgroup.procs");
    return small_write(AT_FDCWD, path, "0");
}

static long ask(const struct call *call) {
    int on_bus = 0, fd = dbus_connect(call->socket);
    if (fd < 0 && call->bus[0]) {
        on_bus = 1;
        fd = dbus_connect(call->bus);
    }
    if (fd < 0)
        return fd;
    long error = on_bus ? send_encoded(fd, call->greeting, 0) : 0;
    if (error == 0)
        error = make_call(fd, call);
    SYS(close, fd);
    return error;
}

long op_systemd_scope(const struct args_systemd_scope *args) {
    const struct call call = {.unit = args->unit,
                              .socket = args->socket,
                              .bus = args->bus,
                              .greeting = args->greeting,
                              .message = args->message,
                              .pid = args->pid,
                              .is_job = 1,
                              .is_mute = args->optional != 0};
    long error = ask(&call);
    if (error == 0)
        error = stay(args->group);
    return error < 0 && args->optional ? 0 : error;
}

long op_systemd_attach(const struct args_systemd_attach *args) {
    const struct call call = {.unit = args->unit,
                              .socket = args->socket,
                              .bus = args->bus,
                              .greeting = args->greeting,
                              .message = args->message,
                              .pid = args->pid};
    return ask(&call);
}
