/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Allocations that fail: stands before glibc's. */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#include "tests/fault/fault.h"

#define EXPORT __attribute__((visibility("default")))

/* glibc's, under the names that only it uses. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

/* What the loader allocates before the constructors have run counts too, and cannot fail yet. */
static bool fails(void)
{
	if (!fault_allocation())
		return false;
	errno = ENOMEM;
	return true;
}

EXPORT void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

EXPORT void *calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

EXPORT void *realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}

EXPORT void *memalign(size_t alignment, size_t size)
{
	return fails() ? NULL : __libc_memalign(alignment, size);
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

EXPORT int posix_memalign(void **ret, size_t alignment, size_t size)
{
	void *memory = memalign(alignment, size);

	if (!memory)
		return ENOMEM;
	*ret = memory;
	return 0;
}
