/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A list of connections, oldest first, with one timer for the oldest. */
#include "patd/login/arrivals.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <unistd.h>

#include "common/cleanup.h"

#define CONNECTIONS_MAX 256U
#define TIMEOUT_US (UINT64_C(3) * 1000 * 1000) /* as long as pam_pat waits by default */

struct connection {
	struct arrivals *arrivals;
	TAILQ_ENTRY(connection) entry;
	sd_event_source *source;
	int fd;
	uint32_t uid;
	uint64_t deadline_us;
};

TAILQ_HEAD(connections, connection);

struct arrivals {
	sd_event *event;
	arrival_fn fn;
	void *userdata;
	sd_event_source *timer;
	struct connections silent, unused;
	struct connection connections[CONNECTIONS_MAX];
};

/* All but the fd, which someone else has taken over. */
static void release(struct connection *connection)
{
	struct arrivals *arrivals = connection->arrivals;

	connection->source = sd_event_source_disable_unref(connection->source);
	TAILQ_REMOVE(&arrivals->silent, connection, entry);
	TAILQ_INSERT_HEAD(&arrivals->unused, connection, entry);
}

bool arrivals_close_oldest(struct arrivals *arrivals)
{
	struct connection *oldest = TAILQ_FIRST(&arrivals->silent);
	int fd;

	if (!oldest)
		return false;
	fd = oldest->fd;
	release(oldest);
	close(fd);
	return true;
}

/* For the oldest; all have the same timeout. */
static int arm_timer(struct arrivals *arrivals)
{
	const struct connection *oldest = TAILQ_FIRST(&arrivals->silent);
	int r;

	if (!oldest)
		return sd_event_source_set_enabled(arrivals->timer, SD_EVENT_OFF);
	r = sd_event_source_set_time(arrivals->timer, oldest->deadline_us);
	return r < 0 ? r : sd_event_source_set_enabled(arrivals->timer, SD_EVENT_ONESHOT);
}

static int on_timeout(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct arrivals *arrivals = userdata;
	const struct connection *oldest;

	(void)source;
	while ((oldest = TAILQ_FIRST(&arrivals->silent)) && oldest->deadline_us <= usec)
		(void)arrivals_close_oldest(arrivals);
	return arm_timer(arrivals);
}

static int on_arrival(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct connection *connection = userdata;
	const struct arrivals *arrivals = connection->arrivals;
	uint32_t uid = connection->uid;

	(void)source;
	(void)revents;
	release(connection);
	arrivals->fn(fd, uid, arrivals->userdata);
	return 0;
}

void arrivals_add(struct arrivals *arrivals, int fd, uint32_t uid)
{
	struct connection *connection;
	uint64_t now = 0;

	if (TAILQ_EMPTY(&arrivals->unused))
		(void)arrivals_close_oldest(arrivals);
	connection = TAILQ_FIRST(&arrivals->unused);
	TAILQ_REMOVE(&arrivals->unused, connection, entry);
	TAILQ_INSERT_TAIL(&arrivals->silent, connection, entry);
	connection->fd = fd;
	connection->uid = uid;
	(void)sd_event_now(arrivals->event, CLOCK_MONOTONIC, &now);
	connection->deadline_us = now + TIMEOUT_US;
	if (sd_event_add_io(arrivals->event, &connection->source, fd, EPOLLIN, on_arrival,
		    connection) < 0 ||
		arm_timer(arrivals) < 0) {
		release(connection);
		close(fd);
	}
}

DEFINE_CLEANUP(arrivals_free, arrivals)

int arrivals_new(sd_event *event, arrival_fn fn, void *userdata, struct arrivals **ret_arrivals)
{
	cleanup_with(arrivals_free) struct arrivals *arrivals = calloc(1, sizeof(*arrivals));
	int r;

	if (!arrivals)
		return -ENOMEM;
	arrivals->event = sd_event_ref(event);
	arrivals->fn = fn;
	arrivals->userdata = userdata;
	TAILQ_INIT(&arrivals->silent);
	TAILQ_INIT(&arrivals->unused);
	for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
		arrivals->connections[i].arrivals = arrivals;
		TAILQ_INSERT_HEAD(&arrivals->unused, &arrivals->connections[i], entry);
	}
	r = sd_event_add_time(
		event, &arrivals->timer, CLOCK_MONOTONIC, UINT64_MAX, 0, on_timeout, arrivals);
	if (r < 0)
		return r;
	*ret_arrivals = TAKE(arrivals);
	return 0;
}

void arrivals_free(struct arrivals *arrivals)
{
	if (!arrivals)
		return;
	while (arrivals_close_oldest(arrivals))
		continue;
	sd_event_source_disable_unref(arrivals->timer);
	sd_event_unref(arrivals->event);
	free(arrivals);
}
