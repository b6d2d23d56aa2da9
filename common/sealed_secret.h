/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A secret in a descriptor, to be passed to another process: a memfd that can be read, and neither
 * changed, grown, shrunk nor, where the kernel knows that (Linux 6.3), executed.
 *
 * Its page can be swapped out like any other.  Nothing that a descriptor has prevents that, and
 * memfd_secret(2) neither seals nor can be read(2).  What does: a locked mapping, as long as its
 * process has it, and memory.swap.max=0 of the cgroup that wrote it, wherever the descriptor is.
 */
#pragma once

#include <stddef.h>

/* name: for /proc.  The descriptor (O_CLOEXEC) with its offset at 0, or a negative errno. */
int sealed_secret_new(const char *name, const char *secret, size_t size);
