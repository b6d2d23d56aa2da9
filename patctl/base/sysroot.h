/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file system that patctl doctor examines: this machine's, or one below a folder, such as an
 * image or a test's.  Links, absolute ones too, never lead out of it.  Nothing is opened but
 * regular files and folders, for reading and without waiting: what else has one of their names,
 * such as a FIFO or a device, is only looked at.
 */
#pragma once

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

struct sysroot {
	int fd;     /* its root */
	bool image; /* not this machine: its programs do not run */
};

/* path: its root, NULL for this machine.  0 or a negative errno. */
int sysroot_new(const char *path, struct sysroot *ret);
void sysroot_close(struct sysroot *root);
#define cleanup_sysroot __attribute__((cleanup(sysroot_close)))

/* path: from the root, beginning with "/".  A descriptor (O_CLOEXEC), or a negative errno. */
int sysroot_open(const struct sysroot *root, const char *path, int flags);

/* To read a regular file.  0 or a negative errno; -EINVAL: it is something else. */
int sysroot_read(const struct sysroot *root, const char *path, FILE **ret);

/* flags: O_NOFOLLOW for a link at the end itself, or 0.  0 or a negative errno. */
int sysroot_stat(const struct sysroot *root, const char *path, int flags, struct stat *ret);

bool sysroot_has(const struct sysroot *root, const char *path);

/* The names in a folder, sorted, without those that begin with a dot; see names_free(). */
int sysroot_list(const struct sysroot *root, const char *path, char ***ret);
