/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file of the usage log, all of whose room is allocated at once. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "patd/usage/usage_log.h"

#define USAGE_FILE_BYTES (USAGE_SEGMENTS * USAGE_SEGMENT_BYTES)

/* Opens the file in the state directory, or makes it.  Functions return 0 or a negative errno. */
int usage_file_open(int state_fd, int *ret_fd);

/* -EBADMSG: the file ends before. */
int usage_file_read(int fd, uint8_t *bytes, size_t size, uint64_t offset);
