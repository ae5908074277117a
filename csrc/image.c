/* Images of filesystems: straight from the file where the kernel can (erofs), else by a loop device. */
#include "box.h"
#include "mounts.h"
#include "sys.h"
#include "text.h"
#include <linux/fcntl.h>
#include <linux/loop.h>
#include <linux/mount.h>

#define TRIES 64

/* Attaches the file to a free loop device, which goes away with its last user, and opens that. See loop(4).
 */
static int attach_loop(int image, char path[64]) {
    struct loop_config config = {
        .fd = (u32)image,
        .info = {.lo_flags = LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR},
    };
    int control = (int)SYS(openat, AT_FDCWD, "/dev/loop-control", O_RDWR | O_CLOEXEC);
    long error = control < 0 ? control : -EBUSY;
    int device = -1;
    /* Somebody else may take the free one first. */
    for (int tries = 0; tries < TRIES && error == -EBUSY; tries++) {
        long number = SYS(ioctl, control, LOOP_CTL_GET_FREE);
        if (number < 0) {
            error = number;
            break;
        }
        text_append_number(text_append(path, path + 64, "/dev/loop"), path + 64, (u64)number);
        device = (int)SYS(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
        error = device < 0 ? device : SYS(ioctl, device, LOOP_CONFIGURE, &config);
        if (error < 0)
            SYS(close, device);
    }
    SYS(close, control);
    return error < 0 ? (int)error : device;
}

static int mount_from(const struct args_image *args, const char *source) {
    return new_filesystem(args->type, source, args->options, args->attributes);
}

static int mount_image(const struct args_image *args, int image) {
    char path[64];
    descriptor_path(path, image);
    int mount = mount_from(args, path);
    if (mount != -ENOTBLK)
        return mount;
    int device = attach_loop(image, path);
    if (device < 0)
        return device;
    mount = mount_from(args, path);
    SYS(close, device);
    return mount;
}

long op_image(const struct args_image *args) {
    int image = args->slot < MAX_SOURCES ? box.sources[args->slot] : -1;
    int target = open_target(args->target, 1);
    if (target < 0)
        return target;
    int mount = mount_image(args, image);
    long error = mount < 0 ? mount : attach(mount, target);
    SYS(close, mount);
    SYS(close, target);
    return error;
}
