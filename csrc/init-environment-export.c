/* What the environment is written to: the directory, a script for sh(1), and JSON (RFC 8259). */
#include "init-full.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>

#define DIRECTORY "/etc/container_environment"

/* Which are nobody's but the user's who has them. */
static const char *const personal[] = {"HOME", "USER", "GROUP", "UID", "GID", "SHELL"};

/* A file that is being written; `error` stays what first went wrong. */
static struct {
    int file;
    long error;
    u64 used;
    char buffer[4096];
} out;

static void flush(void) {
    for (u64 done = 0; done < out.used && out.error == 0;) {
        long written = SYS(write, out.file, out.buffer + done, out.used - done);
        if (written <= 0)
            out.error = written < 0 ? written : -EIO;
        else
            done += (u64)written;
    }
    out.used = 0;
}

static void put(char byte) {
    if (out.used == sizeof out.buffer)
        flush();
    out.buffer[out.used++] = byte;
}

static void put_text(const char *text) {
    for (; *text; text++)
        put(*text);
}

static void begin(const char *path, u32 mode) {
    out.used = 0;
    out.error = 0;
    out.file = (int)SYS(openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, mode);
    if (out.file < 0)
        out.error = out.file;
}

static void end(const char *path) {
    flush();
    if (out.file >= 0)
        SYS(close, out.file);
    if (out.error < 0)
        LOG(LOG_ALWAYS, "Cannot write ", path, ": errno ", full_number((u64)-out.error));
}

static u64 name_length(const char *variable) {
    u64 length = 0;
    while (variable[length] && variable[length] != '=')
        length++;
    return length;
}

static int is_personal(const char *variable, u64 length) {
    for (u32 i = 0; i < COUNT(personal); i++)
        if (text_length(personal[i]) == length && memcmp(personal[i], variable, length) == 0)
            return 1;
    return 0;
}

static int is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static void put_quoted(const char *value) {
    int is_safe = *value != 0;
    for (const char *at = value; *at && is_safe; at++) {
        is_safe = is_word(*at);
        for (const char *safe = "@%+=:,./-"; *safe && !is_safe; safe++)
            is_safe = *at == *safe;
    }
    if (is_safe) {
        put_text(value);
        return;
    }
    put('\'');
    for (; *value; value++)
        if (*value == '\'')
            put_text("'\"'\"'");
        else
            put(*value);
    put('\'');
}

/* How many bytes of well-formed UTF-8 (RFC 3629) are here for one character; 0 where they are not. */
static u32 utf8_length(const u8 *at) {
    u32 length = at[0] < 0x80    ? 1
                 : at[0] < 0xc2  ? 0
                 : at[0] < 0xe0  ? 2
                 : at[0] < 0xf0  ? 3
                 : at[0] <= 0xf4 ? 4
                                 : 0;
    for (u32 i = 1; i < length; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    int is_too_long = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xf0 && at[1] < 0x90);
    int is_none = (at[0] == 0xed && at[1] > 0x9f) || (at[0] == 0xf4 && at[1] > 0x8f);
    return length > 1 && (is_too_long || is_none) ? 0 : length;
}

/* A byte that is no UTF-8 becomes U+DC80 to U+DCFF, from which Python and others get it back. */
static void put_json(const char *text, u64 size) {
    static const char digits[] = "0123456789abcdef";
    put('"');
    for (u64 i = 0; i < size;) {
        u8 byte = (u8)text[i];
        u32 length = utf8_length((const u8 *)text + i);
        if (byte == '"' || byte == '\\') {
            put('\\');
            put((char)byte);
            i++;
        } else if (length == 0 || byte < ' ') {
            put_text(length == 0 ? "\\udc" : "\\u00");
            put(digits[byte >> 4]);
            put(digits[byte & 15]);
            i++;
        } else
            for (; length > 0; length--)
                put(text[i++]);
    }
    put('"');
}

static void write_files(const char **list) {
    char path[512];
    const char *last = path + sizeof path;
    for (; *list; list++) {
        u64 length = name_length(*list);
        int fits = length > 0 && length < 256 && !((*list)[0] == '.');
        for (u64 i = 0; i < length && fits; i++)
            fits = (*list)[i] != '/';
        if (is_personal(*list, length) || !(*list)[length])
            continue;
        char *at = text_append(path, last, DIRECTORY "/");
        for (u64 i = 0; i < length && fits; i++)
            *at++ = (*list)[i];
        *at = 0;
        if (!fits) {
            LOG(LOG_ALWAYS, "Left out of " DIRECTORY ", since it can be no file: ", *list);
            continue;
        }
        begin(path, 0640);
        put_text(*list + length + 1);
        end(path);
    }
}

static void write_script(const char **list) {
    begin(DIRECTORY ".sh", 0640);
    for (; *list; list++) {
        u64 length = name_length(*list);
        if (is_personal(*list, length) || !(*list)[length])
            continue;
        put_text("export ");
        for (u64 i = 0; i < length; i++)
            put(is_word((*list)[i]) ? (*list)[i] : '_');
        put('=');
        put_quoted(*list + length + 1);
        put('\n');
    }
    end(DIRECTORY ".sh");
}

static void write_json(const char **list) {
    begin(DIRECTORY ".json", 0640);
    put('{');
    for (int first = 1; *list; list++, first = 0) {
        u64 length = name_length(*list);
        if (!(*list)[length])
            continue;
        put_text(first ? "" : ", ");
        put_json(*list, length);
        put_text(": ");
        put_json(*list + length + 1, text_length(*list + length + 1));
    }
    put('}');
    end(DIRECTORY ".json");
}

void environment_export(int files) {
    const char **list = environment_list();
    int directory = (int)SYS(openat, AT_FDCWD, DIRECTORY, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return;
    SYS(close, directory);
    if (files)
        write_files(list);
    write_script(list);
    write_json(list);
}
