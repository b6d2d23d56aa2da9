/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connecting to patd, and one question after the other. */
#include "fleet/local/patd_link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "fleet/base/pause.h"
#include "patd/util/log.h"
#include "protocol/packet.h"

#define PAUSE_MIN_US (UINT64_C(100) * 1000)
#define PAUSE_MAX_US (UINT64_C(5) * 1000 * 1000)
#define ANSWER_US (UINT64_C(60) * 1000 * 1000) /* a disk may stall patd for seconds */
#define PACKETS_A_TURN 8U
#define TOLD_MAX 128U /* that are not answered yet */

struct patd_link {
	sd_event *event;
	char *path;
	struct patd_listener listener;
	int fd;
	sd_event_source *io, *retry, *late;
	struct pause pause;
	bool quiet;              /* the present outage has been reported */
	uint64_t serial;         /* of the latest packet */
	uint64_t told[TOLD_MAX]; /* serials of what was told and is not answered, in order */
	size_t told_n;
	uint64_t asked;    /* that of the question under way */
	patd_answer_fn fn; /* of the question under way; NULL: there is none */
	void *userdata;
	struct fleet_message question, answer;
};

static void end_question(struct patd_link *link)
{
	patd_answer_fn fn = link->fn;

	link->fn = NULL;
	(void)sd_event_source_set_enabled(link->late, SD_EVENT_OFF);
	if (fn)
		(void)fn(NULL, link->userdata);
}

static void disconnect(struct patd_link *link)
{
	link->io = sd_event_source_disable_unref(link->io);
	cleanup_close_fd(&link->fd);
	link->fd = -1;
	link->told_n = 0;
}

static void lose(struct patd_link *link, const char *why)
{
	const bool was_up = link->io != NULL;

	if (!link->quiet)
		log_warning("no connection to patd at %s (%s); trying again", link->path, why);
	link->quiet = true;
	disconnect(link);
	end_question(link);
	if (was_up)
		link->listener.down(link->listener.userdata);
	if (sd_event_source_set_time_relative(link->retry, pause_take(&link->pause)) < 0 ||
		sd_event_source_set_enabled(link->retry, SD_EVENT_ONESHOT) < 0)
		log_error("cannot set a timer to connect to patd again");
}

/* Whether it answers what was told.  All is answered in order. */
static bool is_of_told(struct patd_link *link, uint64_t serial)
{
	if (link->told_n == 0 || link->told[0] != serial)
		return false;
	link->told_n--;
	memmove(link->told, link->told + 1, link->told_n * sizeof(link->told[0]));
	return true;
}

/* False: it breaks the rules of the protocol. */
static bool take(struct patd_link *link, size_t len)
{
	const struct fleet_message *answer = &link->answer;
	patd_answer_fn fn = link->fn;

	if (!fleet_message_check(answer, len) || fleet_kind_asks(answer->head.kind))
		return false;
	if (answer->head.serial == 0) {
		link->listener.unasked(answer, link->listener.userdata);
		return true;
	}
	if (is_of_told(link, answer->head.serial))
		return true;
	if (!fn || answer->head.serial != link->asked)
		return false;
	/* It may ask the next question. */
	link->fn = NULL;
	(void)sd_event_source_set_enabled(link->late, SD_EVENT_OFF);
	if (link->quiet)
		log_info("connected to patd");
	link->quiet = false;
	pause_reset(&link->pause);
	if (fn(answer, link->userdata)) {
		link->fn = fn;
		(void)sd_event_source_set_enabled(link->late, SD_EVENT_ONESHOT);
	}
	return true;
}

static void receive(struct patd_link *link)
{
	for (unsigned int i = 0; i < PACKETS_A_TURN && link->fd >= 0; i++) {
		/* With MSG_TRUNC a longer one says how long it is, and fails the check. */
		const ssize_t n = recv(
			link->fd, &link->answer, sizeof(link->answer), MSG_DONTWAIT | MSG_TRUNC);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			lose(link, n == 0 ? "it ended" : strerror(errno));
		} else if (!take(link, (size_t)n)) {
			log_error("patd sent what is no answer; is it of another version?");
			lose(link, "it broke the protocol");
		}
	}
}

static int on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	(void)source;
	(void)fd;
	(void)revents;
	receive(userdata);
	return 0;
}

static int on_late(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)source;
	(void)usec;
	lose(userdata, "it does not answer");
	return 0;
}

static int open_connection(struct patd_link *link)
{
	const int fd = packet_connect_at_once(link->path);

	if (fd < 0)
		return fd;
	link->fd = fd;
	return sd_event_add_io(link->event, &link->io, link->fd, EPOLLIN, on_io, link);
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct patd_link *link = userdata;
	int r = open_connection(link);

	(void)source;
	(void)usec;
	if (r < 0)
		lose(link, strerror(-r));
	else
		link->listener.up(link->listener.userdata);
	return 0;
}

bool patd_link_is_up(const struct patd_link *link)
{
	return link->io != NULL;
}

struct fleet_message *patd_link_message(struct patd_link *link, enum fleet_kind kind)
{
	memset(&link->question, 0, sizeof(link->question));
	link->question.head.kind = (uint32_t)kind;
	return &link->question;
}

void patd_link_tell(struct patd_link *link, enum fleet_kind kind, const void *body, size_t len)
{
	struct fleet_head head = { FLEET_MAGIC, (uint32_t)kind, link->serial + 1 };
	struct iovec parts[] = { { &head, sizeof(head) }, { NULL, len } };
	const struct msghdr packet = { .msg_iov = parts, .msg_iovlen = 2 };

	memcpy(&parts[1].iov_base, &body, sizeof(body)); /* it is only read from */
	if (link->fd < 0 || link->told_n == TOLD_MAX ||
		sendmsg(link->fd, &packet, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return;
	link->told[link->told_n++] = ++link->serial;
}

void patd_link_ask(struct patd_link *link, size_t len, patd_answer_fn fn, void *userdata)
{
	link->question.head.magic = FLEET_MAGIC;
	link->question.head.serial = link->asked = ++link->serial;
	link->fn = fn;
	link->userdata = userdata;
	/* One question fits into the socket.  Whatever fails, fn is told when the connection ends.
	 */
	if (link->fd >= 0 && send(link->fd, &link->question, sizeof(link->question.head) + len,
				     MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		(void)shutdown(link->fd, SHUT_RDWR);
	(void)sd_event_source_set_time_relative(link->late, ANSWER_US);
	(void)sd_event_source_set_enabled(link->late, SD_EVENT_ONESHOT);
}

void patd_link_free(struct patd_link *link)
{
	if (!link)
		return;
	disconnect(link);
	end_question(link);
	sd_event_source_disable_unref(link->retry);
	sd_event_source_disable_unref(link->late);
	sd_event_unref(link->event);
	free(link->path);
	free(link);
}

DEFINE_CLEANUP(patd_link_free, patd_link)

int patd_link_new(sd_event *event, const char *path, const struct patd_listener *listener,
	struct patd_link **ret_link)
{
	cleanup_with(patd_link_free) struct patd_link *link = calloc(1, sizeof(*link));
	int r;

	if (!link)
		return -ENOMEM;
	link->event = sd_event_ref(event);
	link->listener = *listener;
	link->fd = -1;
	link->pause = (struct pause) { .min_us = PAUSE_MIN_US, .max_us = PAUSE_MAX_US };
	r = sd_event_add_time_relative(
		event, &link->retry, CLOCK_MONOTONIC, 0, 1000, on_retry, link);
	if (r < 0)
		return r;
	r = sd_event_add_time_relative(
		event, &link->late, CLOCK_MONOTONIC, ANSWER_US, 0, on_late, link);
	if (r < 0)
		return r;
	r = sd_event_source_set_enabled(link->late, SD_EVENT_OFF);
	if (r < 0)
		return r;
	link->path = strdup(path);
	if (!link->path)
		return -ENOMEM;
	*ret_link = TAKE(link);
	return 0;
}
