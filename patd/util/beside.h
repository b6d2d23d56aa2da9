/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A thread that helps the loop with what takes a processor long: it does a part of it beside the
 * loop, which waits until all is done.  What may go on without the loop is for patd/util/worker.h.
 */
#pragma once

#include <stddef.h>

struct beside;

/* NULL: no memory.  Its thread begins with the first call that has work for it. */
struct beside *beside_new(void);

/*
 * Calls fn once for each number below n, in the thread and in the caller at a time, and returns
 * after the last of these calls.  Whoever is free takes the next number: the caller does all of it
 * where the thread gets no processor, or there is none, or beside is NULL.  fn touches nothing that
 * it has not for itself, unless that is atomic, and does not call this.
 */
void beside_run(
	struct beside *beside, void (*fn)(size_t at, void *userdata), size_t n, void *userdata);

/* NULL is allowed. */
void beside_free(struct beside *beside);
