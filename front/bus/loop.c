/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libdbus's watches and timeouts as sources of sd-event. */
#include "front/bus/loop.h"

#include <errno.h>
#include <linux/sockios.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "patd/util/log.h"
#include "patd/util/turn.h"

/* A client's connection has one descriptor with a watch to read it and one to write it. */
#define WATCHES_MAX 2

#define SEND_BUFFER (32 * 1024) /* bytes; the kernel doubles it */

/* It is stuck when so much waits, and the bus takes nothing for so long. */
#define STUCK_BYTES (128L * 1024)
#define STUCK_US (UINT64_C(1000) * 1000)
#define STUCK_TIMES 4U

struct bus_loop {
	sd_event *event;
	DBusConnection *connection;
	struct turn dispatch;
	/* One source for both watches: epoll takes a descriptor once. */
	sd_event_source *io;
	DBusWatch *watches[WATCHES_MAX];
	bool behind;      /* not all that was read has been dispatched: no more is read */
	pthread_t thread; /* of the loop */
	int toggled_fd;   /* another thread has ended a message, which toggled a watch */
	sd_event_source *toggled;
	sd_event_source *look;
	bool writable;          /* since the last look */
	int unread;             /* bytes in the socket, at the last look */
	unsigned int stuck_for; /* looks */
	struct bus_loop_listener listener;
};

static uint32_t watch_events(DBusWatch *watch)
{
	unsigned int flags = dbus_watch_get_flags(watch);

	if (!dbus_watch_get_enabled(watch))
		return 0;
	return (flags & DBUS_WATCH_READABLE ? EPOLLIN : 0U) |
	       (flags & DBUS_WATCH_WRITABLE ? EPOLLOUT : 0U);
}

static unsigned int watch_conditions(uint32_t revents)
{
	return (revents & EPOLLIN ? (unsigned int)DBUS_WATCH_READABLE : 0) |
	       (revents & EPOLLOUT ? (unsigned int)DBUS_WATCH_WRITABLE : 0) |
	       (revents & EPOLLERR ? (unsigned int)DBUS_WATCH_ERROR : 0) |
	       (revents & EPOLLHUP ? (unsigned int)DBUS_WATCH_HANGUP : 0);
}

static int on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct bus_loop *loop = userdata;

	(void)source;
	(void)fd;
	loop->writable = loop->writable || (revents & EPOLLOUT);
	/* What one watch does may remove the other. */
	for (size_t i = 0; i < WATCHES_MAX; i++) {
		DBusWatch *watch = loop->watches[i];

		if (watch && (revents & (watch_events(watch) | EPOLLERR | EPOLLHUP)) != 0)
			(void)dbus_watch_handle(watch, watch_conditions(revents));
	}
	return 0;
}

static int set_events(struct bus_loop *loop, int fd)
{
	uint32_t events = 0;
	size_t watches = 0;

	for (size_t i = 0; i < WATCHES_MAX; i++) {
		if (!loop->watches[i])
			continue;
		watches++;
		events |= watch_events(loop->watches[i]);
	}
	if (loop->behind)
		events &= ~(uint32_t)EPOLLIN;
	if (watches == 0) {
		loop->io = sd_event_source_disable_unref(loop->io);
		return 0;
	}
	if (!loop->io)
		return sd_event_add_io(loop->event, &loop->io, fd, events, on_io, loop);
	return sd_event_source_set_io_events(loop->io, events);
}

/* The same, where the descriptor is not at hand. */
static void update_events(struct bus_loop *loop)
{
	for (size_t i = 0; i < WATCHES_MAX; i++)
		if (loop->watches[i]) {
			(void)set_events(loop, dbus_watch_get_unix_fd(loop->watches[i]));
			return;
		}
}

static int put_watch(struct bus_loop *loop, const DBusWatch *from, DBusWatch *to, int fd)
{
	for (size_t i = 0; i < WATCHES_MAX; i++)
		if (loop->watches[i] == from) {
			loop->watches[i] = to;
			return set_events(loop, fd);
		}
	return -ENOSPC;
}

static dbus_bool_t add_watch(DBusWatch *watch, void *userdata)
{
	return put_watch(userdata, NULL, watch, dbus_watch_get_unix_fd(watch)) >= 0;
}

static void remove_watch(DBusWatch *watch, void *userdata)
{
	(void)put_watch(userdata, watch, NULL, dbus_watch_get_unix_fd(watch));
}

/* libdbus has changed the watch: what is wanted of the descriptor follows from all of them. */
static void toggle_watch(DBusWatch *watch, void *userdata)
{
	struct bus_loop *loop = userdata;

	/* Fails only if the counter would pass 2^64 - 2. */
	if (!pthread_equal(loop->thread, pthread_self()))
		(void)eventfd_write(loop->toggled_fd, 1);
	else
		(void)set_events(loop, dbus_watch_get_unix_fd(watch));
}

static int on_toggled(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct bus_loop *loop = userdata;
	eventfd_t n;

	(void)source;
	(void)revents;
	if (eventfd_read(fd, &n) < 0)
		return errno == EAGAIN ? 0 : -errno;
	update_events(loop);
	return 0;
}

static uint64_t timeout_us(DBusTimeout *timeout)
{
	return (uint64_t)dbus_timeout_get_interval(timeout) * 1000;
}

static int on_timeout(sd_event_source *source, uint64_t usec, void *userdata)
{
	DBusTimeout *timeout = userdata;

	(void)usec;
	/* libdbus's timeouts repeat until they are removed, which handling one may do. */
	sd_event_source_ref(source);
	if (sd_event_source_set_time_relative(source, timeout_us(timeout)) >= 0)
		(void)dbus_timeout_handle(timeout);
	sd_event_source_unref(source);
	return 0;
}

static void toggle_timeout(DBusTimeout *timeout, void *userdata)
{
	sd_event_source *source = dbus_timeout_get_data(timeout);
	int on = dbus_timeout_get_enabled(timeout) ? SD_EVENT_ON : SD_EVENT_OFF;

	(void)userdata;
	if (sd_event_source_set_time_relative(source, timeout_us(timeout)) >= 0)
		(void)sd_event_source_set_enabled(source, on);
}

static dbus_bool_t add_timeout(DBusTimeout *timeout, void *userdata)
{
	struct bus_loop *loop = userdata;
	sd_event_source *source;

	if (sd_event_add_time_relative(loop->event, &source, CLOCK_MONOTONIC, timeout_us(timeout),
		    0, on_timeout, timeout) < 0)
		return FALSE;
	dbus_timeout_set_data(timeout, source, NULL);
	toggle_timeout(timeout, loop);
	return TRUE;
}

static void remove_timeout(DBusTimeout *timeout, void *userdata)
{
	sd_event_source *source = dbus_timeout_get_data(timeout);

	(void)userdata;
	dbus_timeout_set_data(timeout, NULL, NULL);
	sd_event_source_disable_unref(source);
}

static void want_dispatch(struct bus_loop *loop)
{
	if (turn_want(&loop->dispatch) < 0)
		log_error("cannot arrange a turn of the loop; messages wait for the next one");
}

/* One message a turn of the loop, so that all else waits for one at most. */
static void on_dispatch(void *userdata)
{
	struct bus_loop *loop = userdata;
	DBusConnection *connection = dbus_connection_ref(loop->connection);
	const bool more = dbus_connection_dispatch(connection) != DBUS_DISPATCH_COMPLETE;

	loop->listener.dispatched(loop->listener.userdata);
	loop->behind = more;
	update_events(loop);
	if (more)
		want_dispatch(loop);
	dbus_connection_unref(connection);
}

static void on_status(DBusConnection *connection, DBusDispatchStatus status, void *userdata)
{
	struct bus_loop *loop = userdata;

	(void)connection;
	if (status == DBUS_DISPATCH_COMPLETE)
		return;
	loop->behind = true;
	update_events(loop);
	want_dispatch(loop);
}

/* A bus with much to do takes little at a time: too little for the socket to be writable. */
static bool has_taken(struct bus_loop *loop)
{
	bool taken = loop->writable;
	int fd, unread = 0;

	if (dbus_connection_get_unix_fd(loop->connection, &fd))
		(void)ioctl(fd, SIOCOUTQ, &unread);
	taken = taken || unread < loop->unread;
	loop->unread = unread;
	loop->writable = false;
	return taken;
}

static int on_look(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct bus_loop *loop = userdata;
	const bool taken = has_taken(loop);

	(void)usec;
	if (taken || dbus_connection_get_outgoing_size(loop->connection) < STUCK_BYTES)
		loop->stuck_for = 0;
	else
		loop->stuck_for++;
	if (loop->stuck_for == STUCK_TIMES)
		loop->listener.stuck(loop->listener.userdata);
	return sd_event_source_set_time_relative(source, STUCK_US);
}

void bus_loop_detach(struct bus_loop *loop)
{
	if (!loop)
		return;
	dbus_connection_set_dispatch_status_function(loop->connection, NULL, NULL, NULL);
	/* Removes the present watches and timeouts through our own functions. */
	(void)dbus_connection_set_timeout_functions(loop->connection, NULL, NULL, NULL, NULL, NULL);
	(void)dbus_connection_set_watch_functions(loop->connection, NULL, NULL, NULL, NULL, NULL);
	turn_end(&loop->dispatch);
	sd_event_source_disable_unref(loop->io);
	sd_event_source_disable_unref(loop->toggled);
	sd_event_source_disable_unref(loop->look);
	if (loop->toggled_fd >= 0)
		(void)close(loop->toggled_fd);
	sd_event_unref(loop->event);
	free(loop);
}

DEFINE_CLEANUP(bus_loop_detach, bus_loop)

int bus_loop_attach(sd_event *event, DBusConnection *connection,
	const struct bus_loop_listener *listener, struct bus_loop **ret_loop)
{
	cleanup_close int toggled_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	cleanup_with(bus_loop_detach) struct bus_loop *loop = NULL;
	int fd, r;

	if (toggled_fd < 0)
		return -errno;
	loop = calloc(1, sizeof(*loop));
	if (!loop)
		return -ENOMEM;
	loop->toggled_fd = take_fd(&toggled_fd);
	loop->event = sd_event_ref(event);
	loop->connection = connection;
	loop->thread = pthread_self();
	loop->listener = *listener;
	/* What the kernel holds comes before all that is sent later, whoever's it is. */
	if (dbus_connection_get_unix_fd(connection, &fd))
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &(int) { SEND_BUFFER }, sizeof(int));
	r = sd_event_add_io(event, &loop->toggled, loop->toggled_fd, EPOLLIN, on_toggled, loop);
	if (r < 0)
		return r;
	turn_begin(&loop->dispatch, event, on_dispatch, loop);
	r = turn_want(&loop->dispatch);
	if (r < 0)
		return r;
	r = sd_event_add_time_relative(
		event, &loop->look, CLOCK_MONOTONIC, STUCK_US, STUCK_US / 10, on_look, loop);
	if (r < 0)
		return r;
	r = sd_event_source_set_enabled(loop->look, SD_EVENT_ON);
	if (r < 0)
		return r;
	if (!dbus_connection_set_watch_functions(
		    connection, add_watch, remove_watch, toggle_watch, loop, NULL) ||
		!dbus_connection_set_timeout_functions(
			connection, add_timeout, remove_timeout, toggle_timeout, loop, NULL))
		return -ENOMEM;
	dbus_connection_set_dispatch_status_function(connection, on_status, loop, NULL);
	*ret_loop = TAKE(loop);
	return 0;
}
