/* Mounts by descriptor, never by path twice: what the files of the mount family share. */
#ifndef NSBOX_MOUNTS_H
#define NSBOX_MOUNTS_H

#include "types.h"

/* What mount_setattr(2) takes. NOATIME in `set` or `clear` stands for the whole field of access times. */
struct attributes {
    u64 set, clear, propagation;
};

/* "/proc/self/fd/N" into `path`. */
void descriptor_path(char path[64], int fd);

/* mount(2) on an open descriptor, for kernels and sandboxes without the newer calls. */
long mount_on_fd(const char *source, int target, const char *type, u64 flags, const char *options);

/* The flags of mount(2) that say the same as these attributes. */
u64 old_flags(u64 attributes);

/* 1 where the mount of this descriptor has one of these attributes. */
int has_attribute(int fd, u64 attribute);

/* move_mount(2) of a detached mount to an open target. */
long attach(int tree, int target);

/* Changes a mount, with all below it where `recursive`. -ENOSYS where mount_setattr(2) is not to be had. */
long set_attributes(int mount, const struct attributes *wanted, int recursive);

/* The same by mount(2), for a mount that is attached. -ENOSYS where there are mounts below it. */
long set_attributes_old(int mount, const struct attributes *wanted, int recursive);

/* Attaches `tree` to `target` and gives it those attributes, by the calls that there are. */
long attach_with(int tree, int target, const struct attributes *wanted, int recursive);

/*
 * A new filesystem, detached: "a=b,?c=d" are its options, and what a question mark leads may be refused.
 * `source` may be empty. Returns a descriptor or a negative errno.
 */
int new_filesystem(const char *type, const char *source, const char *options, u64 attributes);

/* As `resolve`, but the last part is followed too where it is a link. */
int resolve_following(const char *path, int flags);
/* Cuts `copy`, which holds `path`, behind its parent directory, and returns the last part in `path`. */
const char *split_parent(char *copy, const char *path);

/* Remembers that the filesystem of this descriptor is one of the run's own, in which things may be made. */
void memory_note(int fd);
/* 1 where it is. What lies in the root filesystem or in a bind of the host's is never made. */
int in_memory(int fd);

/* Opens the directory `path`; what is absent of it is made where that is allowed, see memory_note. */
int make_directories(const char *path);
/* Opens the directory that `path` is in, made likewise, and points `name` at its last part. -EXDEV where
 * nothing may be made in it. */
int make_parent(const char *path, const char **name);
/* Opens a target: links are followed inside the root; absent, it is made likewise. */
int open_target(const char *path, int directory);

/* The null device, which hides files: this one, whatever is mounted over its path later. */
void remember_null(int fd);

/* Covers a file by the null device, a directory by an empty one. */
long hide_target(int target);

/* 1 where the descriptor is a directory. */
int is_directory(int fd);

#endif
