/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Closing in a thread that nobody waits for. */
#include "patd/util/abandon.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define STACK_SIZE ((size_t)64 * 1024) /* bytes; it only closes */

static void *run(void *userdata)
{
	const int fd = *(int *)userdata;

	free(userdata);
	(void)close(fd);
	return NULL;
}

static int start(void *userdata)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int r = pthread_attr_init(&attributes);

	if (r != 0)
		return r;
	r = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	if (r == 0)
		r = pthread_attr_setstacksize(&attributes, STACK_SIZE);
	if (r == 0)
		r = pthread_create(&thread, &attributes, run, userdata);
	(void)pthread_attr_destroy(&attributes);
	return r;
}

void abandon_fd(int fd)
{
	int *copy = malloc(sizeof(*copy));

	if (!copy)
		return;
	*copy = fd;
	if (start(copy) != 0)
		free(copy);
}
