/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening a connection to the bus, which may block, in a worker. */
#include "front/bus/opener.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "patd/util/worker.h"

struct opener {
	struct job job;
	bool under_way;
	struct worker *worker;
	char *address;
	opened_fn *opened;
	void *userdata;

	DBusConnection *connection;
	char failure[160];
};

/* In the worker. */
static void open_connection(struct job *job)
{
	struct opener *opener = (struct opener *)job;
	DBusError error = DBUS_ERROR_INIT;

	opener->connection = dbus_connection_open_private(opener->address, &error);
	(void)snprintf(opener->failure, sizeof(opener->failure), "%s",
		opener->connection ? "" : error.message);
	dbus_error_free(&error);
}

static void on_done(struct job *job)
{
	struct opener *opener = (struct opener *)job;

	opener->under_way = false;
	opener->opened(TAKE(opener->connection), opener->failure, opener->userdata);
}

void opener_free(struct opener *opener)
{
	if (!opener)
		return;
	worker_free(opener->worker);
	free(opener->address);
	free(opener);
}

DEFINE_CLEANUP(opener_free, opener)

int opener_new(sd_event *event, const char *address, opened_fn *opened, void *userdata,
	struct opener **ret_opener)
{
	cleanup_with(opener_free) struct opener *opener = calloc(1, sizeof(*opener));
	int r;

	if (!opener)
		return -ENOMEM;
	opener->job = (struct job) { .run = open_connection, .done = on_done };
	opener->opened = opened;
	opener->userdata = userdata;
	r = worker_new(event, 1, &opener->worker);
	if (r < 0)
		return r;
	opener->address = strdup(address);
	if (!opener->address)
		return -ENOMEM;
	*ret_opener = TAKE(opener);
	return 0;
}

int opener_start(struct opener *opener)
{
	int r;

	if (opener->under_way)
		return 0;
	r = worker_submit(opener->worker, &opener->job);
	opener->under_way = r >= 0;
	return r;
}
