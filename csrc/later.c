#include "box.h"
#include "sys.h"

long op_idmap_root(const struct args_idmap_root *args) {
    (void)args;
    return -ENOSYS;
}

long op_scratch(const struct args_scratch *args) {
    (void)args;
    return -ENOSYS;
}

long op_memory_root(const struct args_memory_root *args) {
    (void)args;
    return -ENOSYS;
}

long op_remount_root(const struct args_remount_root *args) {
    (void)args;
    return -ENOSYS;
}

long op_idmap_source(const struct args_idmap_source *args) {
    (void)args;
    return -ENOSYS;
}

long op_open_source(const struct args_open_source *args) {
    (void)args;
    return -ENOSYS;
}

long op_open_layer(const struct args_open_layer *args) {
    (void)args;
    return -ENOSYS;
}

long op_image(const struct args_image *args) {
    (void)args;
    return -ENOSYS;
}

long op_bind(const struct args_bind *args) {
    (void)args;
    return -ENOSYS;
}

long op_overlay(const struct args_overlay *args) {
    (void)args;
    return -ENOSYS;
}

long op_directory(const struct args_directory *args) {
    (void)args;
    return -ENOSYS;
}

long op_file(const struct args_file *args) {
    (void)args;
    return -ENOSYS;
}

long op_mask(const struct args_mask *args) {
    (void)args;
    return -ENOSYS;
}

long op_read_only(const struct args_read_only *args) {
    (void)args;
    return -ENOSYS;
}
