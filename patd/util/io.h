/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole reads and writes of files, which signals and the kernel may cut into pieces. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The number of bytes read, fewer than len at the end of the file only; or a negative errno. */
ssize_t io_read(int fd, void *ret_bytes, size_t len);

/* Reads len bytes at that offset.  1: all of them; 0: the file ends before; or a negative errno. */
int io_read_at(int fd, void *ret_bytes, size_t len, uint64_t offset);

/* Writes all of len bytes at that offset.  0, or a negative errno. */
int io_write_at(int fd, const void *bytes, size_t len, uint64_t offset);
