/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The parts of patd-bus, in the order in which they are opened.
 *
 * Logins have a thread and a connection to patd of their own: what somebody does on the bus is not
 * in their way.
 */
#include "front/serve.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "common/cleanup.h"
#include "common/wire.h"
#include "front/base/closers.h"
#include "front/bus/connection.h"
#include "front/login/logins.h"
#include "patd/util/listening.h"
#include "patd/util/log.h"
#include "patd/util/process.h"
#include "protocol/request.h"
#include "protocol/rows.h"

#define SUBUID "/etc/subuid"
#define READY_US (UINT64_C(2) * 1000 * 1000) /* the bus, or patd, may not be there */
/* For so long no call and no login of a user starts a patd again that does not start. */
#define HOLD_US (UINT64_C(5) * 1000 * 1000)

/* The thread of logins.  Its event loop is touched by no other while it runs. */
struct login_thread {
	pthread_t thread;
	bool runs;
	sd_event *event;
	/* Written to: by us to end it, or to have it give patd up; by it when it has ended. */
	int stop_fd, give_up_fd, ended_fd;
	sd_event_source *stop, *give_up, *ended;
	struct logins *logins;
};

struct front {
	sd_event *event;
	struct listening user;
	struct closers *closers;
	char *patd; /* the path of its socket */
	struct bus *bus;
	struct login_thread logins;
	sd_event_source *ready_timer, *hold_timer;
	int ready_fd;
	bool gave_up;
};

static void be_ready(void *userdata)
{
	struct front *front = userdata;

	front->ready_timer = sd_event_source_disable_unref(front->ready_timer);
	process_ready(&front->ready_fd);
}

static int on_ready_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)source;
	(void)usec;
	be_ready(userdata);
	return 0;
}

static int on_stop(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	(void)fd;
	(void)revents;
	(void)userdata;
	return sd_event_exit(sd_event_source_get_event(source), 0);
}

static int on_give_up(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct login_thread *logins = userdata;

	(void)source;
	(void)fd;
	(void)revents;
	logins->give_up = sd_event_source_disable_unref(logins->give_up);
	logins_give_up(logins->logins);
	return 0;
}

static int on_ended(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	(void)fd;
	(void)revents;
	(void)userdata;
	log_error("logins are not served any more");
	return sd_event_exit(sd_event_source_get_event(source), EIO);
}

static void *run_logins(void *userdata)
{
	struct login_thread *logins = userdata;

	(void)sd_event_loop(logins->event);
	/* Fails only if the counter would pass 2^64 - 2. */
	(void)eventfd_write(logins->ended_fd, 1);
	return NULL;
}

static int open_logins(struct front *front)
{
	struct login_thread *logins = &front->logins;
	int r;

	logins->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	logins->give_up_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	logins->ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (logins->stop_fd < 0 || logins->give_up_fd < 0 || logins->ended_fd < 0)
		return -errno;
	if ((r = sd_event_new(&logins->event)) < 0 ||
		(r = sd_event_add_io(logins->event, &logins->stop, logins->stop_fd, EPOLLIN,
			 on_stop, NULL)) < 0 ||
		(r = sd_event_add_io(logins->event, &logins->give_up, logins->give_up_fd, EPOLLIN,
			 on_give_up, logins)) < 0 ||
		(r = sd_event_add_io(front->event, &logins->ended, logins->ended_fd, EPOLLIN,
			 on_ended, NULL)) < 0 ||
		(r = logins_new(logins->event, front->user.fd, front->patd, SUBUID, front->closers,
			 &logins->logins)) < 0)
		return r;
	r = -pthread_create(&logins->thread, NULL, run_logins, logins);
	logins->runs = r == 0;
	return r;
}

static void close_logins(struct login_thread *logins)
{
	if (logins->runs) {
		(void)eventfd_write(logins->stop_fd, 1);
		pthread_join(logins->thread, NULL);
	}
	logins_free(logins->logins);
	sd_event_source_disable_unref(logins->stop);
	sd_event_source_disable_unref(logins->give_up);
	sd_event_source_disable_unref(logins->ended);
	sd_event_unref(logins->event);
	cleanup_close_fd(&logins->stop_fd);
	cleanup_close_fd(&logins->give_up_fd);
	cleanup_close_fd(&logins->ended_fd);
}

static int open_loop(struct front *front)
{
	int r = process_loop_new(&front->event);

	if (r < 0)
		return r;
	return sd_event_add_time_relative(front->event, &front->ready_timer, CLOCK_MONOTONIC,
		READY_US, 0, on_ready_timer, front);
}

static int on_held(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)usec;
	(void)userdata;
	return sd_event_exit(sd_event_source_get_event(source), 0);
}

/*
 * Each call and each login would start patd again, and so any user as often as machines can: they
 * are refused for a while.  Then we end, and the next starts both of us.
 */
static void on_patd_failed(void *userdata)
{
	struct front *front = userdata;

	if (front->gave_up)
		return;
	front->gave_up = true;
	log_error("patd does not start; see: patctl doctor");
	(void)sd_notify(0, "STATUS=patd does not start");
	be_ready(front);
	(void)eventfd_write(front->logins.give_up_fd, 1);
	if (sd_event_add_time_relative(front->event, &front->hold_timer, CLOCK_MONOTONIC, HOLD_US,
		    0, on_held, NULL) < 0)
		(void)sd_event_exit(front->event, 0);
}

static int start(struct front *front, const struct front_options *options)
{
	/* Who has no systemd is started by nobody again. */
	const struct bus_listener listener = { be_ready,
		sd_listen_fds(0) > 0 ? on_patd_failed : NULL, front };
	int r = listening_open(options->runtime_dir, &front->user, 1);

	if (r < 0)
		return r;
	/* Its first call fills it. */
	(void)token_row_table();
	if (asprintf(&front->patd, "%s/%s", options->runtime_dir, PAT_FRONT_SOCKET) < 0) {
		front->patd = NULL;
		return -ENOMEM;
	}
	if ((r = open_loop(front)) < 0 || (r = closers_new(&front->closers)) < 0 ||
		(r = open_logins(front)) < 0 ||
		(r = bus_new(front->event, front->closers,
			 &(const struct bus_paths) { front->patd, options->bus, SUBUID }, &listener,
			 &front->bus)) < 0)
		log_error("cannot start: %s", strerror(-r));
	return r;
}

static void stop(struct front *front)
{
	(void)sd_notify(0, "STOPPING=1");
	bus_free(front->bus);
	close_logins(&front->logins);
	closers_free(front->closers);
	sd_event_source_disable_unref(front->ready_timer);
	sd_event_source_disable_unref(front->hold_timer);
	sd_event_unref(front->event);
	listening_close(&front->user, 1);
	free(front->patd);
}

int front_serve(const struct front_options *options)
{
	struct front front = {
		.user = { .name = PAT_USER_SOCKET, .mode = 0666, .backlog = 64, .fd = -1 },
		.logins = { .stop_fd = -1, .give_up_fd = -1, .ended_fd = -1 },
		.ready_fd = options->ready_fd,
	};
	int r = start(&front, options);

	if (r >= 0)
		r = process_loop_run(front.event);
	stop(&front);
	return front.gave_up ? -ECONNREFUSED : r;
}
