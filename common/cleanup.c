/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frees memory at the end of a scope. */
#include "common/cleanup.h"

void cleanup_free_memory(void *address)
{
	free(*(void **)address);
}
