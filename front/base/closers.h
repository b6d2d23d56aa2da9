/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Threads that end what a stranger handed in, because ending it may block for as long as the
 * stranger likes: close() of a file on the stranger's own file system, or of a socket that lingers.
 *
 * One thread works for a uid at a time, so that a uid that blocks its thread waits for itself only.
 * What it hands in meanwhile is kept.  Any thread may give.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLOSERS_MAX 32U            /* threads, made when they are needed */
#define CLOSERS_ANYBODY UINT32_MAX /* in place of a uid that is not known */

struct closers;

int closers_new(struct closers **ret_closers);

/*
 * Ends all that does not block, and does not wait for what does: the process is about to end, and
 * the memory of those threads stays.  NULL is allowed.
 */
void closers_free(struct closers *closers);

/* Calls end(thing) in a thread; here, if there is no memory to do otherwise. */
void closers_give(struct closers *closers, uint32_t uid, void (*end)(void *thing), void *thing);

/* The same with a descriptor that is to be closed. */
void closers_give_fd(struct closers *closers, uint32_t uid, int fd);

/* How many things have not ended. */
size_t closers_held(struct closers *closers);
