/*
 * handle of FILE: prints the handle of a file, as hexadecimal digits. handle open HANDLE: opens the file of
 * that handle by open_by_handle_at(2), wherever in the filesystem it lies, and prints it.
 */
#include "way.h"

int main(int argc, char **argv) {
    (void)argc;
    union {
        struct file_handle handle;
        unsigned char bytes[sizeof(struct file_handle) + MAX_HANDLE_SZ];
    } u = {.handle.handle_bytes = MAX_HANDLE_SZ};
    if (!strcmp(argv[1], "of")) {
        int mount;
        if (name_to_handle_at(AT_FDCWD, argv[2], &u.handle, &mount, 0) < 0)
            held("name_to_handle_at");
        for (size_t i = 0; i < sizeof(struct file_handle) + u.handle.handle_bytes; i++)
            printf("%02x", u.bytes[i]);
        putchar('\n');
        return 0;
    }
    for (size_t i = 0; argv[2][2 * i] && i < sizeof u.bytes; i++)
        sscanf(argv[2] + 2 * i, "%2hhx", &u.bytes[i]);
    int root = open("/", O_RDONLY);
    int fd = open_by_handle_at(root, &u.handle, O_RDONLY);
    if (fd < 0)
        held("open_by_handle_at");
    tell(fd);
    return 0;
}
