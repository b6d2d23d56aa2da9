/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Owners that end with their scope: `cleanup_close int fd = -1;` closes fd on every return, so that
 * a function returns early and releases in one place.  take_fd() and TAKE() hand the resource on
 * to the next owner.  A type of ours defines its attribute in its own header, named cleanup_TYPE.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

/* address: of a pointer to any type.  Not inline, or gcc's analyser takes *address for unset. */
void cleanup_free_memory(void *address);

static inline void cleanup_close_file(FILE **file)
{
	if (*file)
		(void)fclose(*file);
}

/* For cleanup_with(free_type), where free_type() takes a pointer to the struct, which may be NULL.
 */
#define DEFINE_CLEANUP(free_type, type)                                                            \
	static inline void free_type##_at(struct type **address)                                   \
	{                                                                                          \
		free_type(*address);                                                               \
	}
#define cleanup_with(free_type) __attribute__((cleanup(free_type##_at)))

#define cleanup_close __attribute__((cleanup(cleanup_close_fd)))
#define cleanup_free __attribute__((cleanup(cleanup_free_memory)))
#define cleanup_file __attribute__((cleanup(cleanup_close_file)))

/* The descriptor, which the caller owns from now on; *fd is -1. */
static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/* The pointer, which the caller owns from now on; the variable is NULL. */
#define TAKE(pointer)                                                                              \
	({                                                                                         \
		__typeof__(pointer) taken_ = (pointer);                                            \
                                                                                                   \
		(pointer) = NULL;                                                                  \
		taken_;                                                                            \
	})
