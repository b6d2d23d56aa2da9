/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Closing in a thread that nobody waits for. */
#include "patd/util/abandon.h"

#include <pthread.h>
#include <stdint.h>
#include <unistd.h>

#define STACK_SIZE ((size_t)64 * 1024) /* bytes; it only closes */

static void *run(void *fd)
{
	(void)close((int)(intptr_t)fd);
	return NULL;
}

void abandon_fd(int fd)
{
	pthread_attr_t attributes;
	pthread_t thread;

	if (pthread_attr_init(&attributes) != 0)
		return;
	if (pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) == 0 &&
		pthread_attr_setstacksize(&attributes, STACK_SIZE) == 0)
		(void)pthread_create(&thread, &attributes, run, (void *)(intptr_t)fd);
	(void)pthread_attr_destroy(&attributes);
}
