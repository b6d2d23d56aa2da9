/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A new file of mode 0600, which gets its name when it is complete.  Until then it has another name
 * in the same folder, and a signal that ends patctl removes it.
 */
#pragma once

struct new_file {
	const char *path; /* the caller's */
	char *folder, *unfinished;
	int fd;
};

/* 0 or a negative errno; -EEXIST: path exists, and is left alone.  One at a time. */
int new_file_begin(struct new_file *file, const char *path);

/* Syncs the complete file and gives it its name.  0, or a negative errno: then it is removed. */
int new_file_commit(struct new_file *file);

/* Says on standard error why that path could not be written: r is of the functions above. */
void new_file_complain(const char *path, int r);

/* Removes the incomplete file. */
void new_file_discard(struct new_file *file);
