/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connection to patd: made, lost and made again; questions matched by their serial. */
#include "front/link/link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "front/link/outbox.h"
#include "front/link/unasked.h"
#include "patd/util/log.h"
#include "protocol/packet.h"

#define DELAY_MIN_US (UINT64_C(20) * 1000)
#define DELAY_MAX_US (UINT64_C(1000) * 1000)
#define SWEEP_US (UINT64_C(1000) * 1000) /* how late a timeout may be */
#define PACKETS_A_TURN 8U

struct link {
	sd_event *event;
	char *path;
	struct link_listener listener;
	int fd;
	sd_event_source *io, *retry, *sweep;
	uint64_t delay_us, serial;
	unsigned int unanswered; /* connections in a row */
	bool up, quiet;          /* quiet: the present outage has been reported */
	struct questions questions;
	struct outbox outbox;
	struct question follow;
	struct token_row row;
	struct answer answer;
};

static uint64_t now_us(const struct link *link)
{
	uint64_t now;

	return sd_event_now(link->event, CLOCK_MONOTONIC, &now) < 0 ? 0 : now;
}

static void retry_later(struct link *link)
{
	if (sd_event_source_set_time_relative(link->retry, link->delay_us) < 0 ||
		sd_event_source_set_enabled(link->retry, SD_EVENT_ONESHOT) < 0)
		log_error("cannot set a timer to connect to patd again");
	link->delay_us = link->delay_us * 2 < DELAY_MAX_US ? link->delay_us * 2 : DELAY_MAX_US;
}

static void disconnect(struct link *link)
{
	link->io = sd_event_source_disable_unref(link->io);
	if (link->fd >= 0)
		(void)close(link->fd);
	link->fd = -1;
	outbox_clear(&link->outbox);
}

static void lose(struct link *link, const char *why)
{
	const bool was_up = link->up, connected = link->io != NULL;

	if (!link->quiet)
		log_warning("no connection to patd at %s (%s); trying again", link->path, why);
	link->quiet = true;
	link->up = false;
	disconnect(link);
	questions_refuse_all(&link->questions, &question_lost);
	if (was_up)
		link->listener.down(link->listener.userdata);
	link->unanswered += connected && !was_up;
	if (link->listener.failed && link->unanswered >= LINK_UNANSWERED_MAX)
		link->listener.failed(link->listener.userdata);
	else
		retry_later(link);
}

/* Sends it now, or as soon as patd takes it. */
static int post(struct link *link, const struct request *request)
{
	size_t len = request_size(request->head.kind);
	int r = -EAGAIN;

	if (outbox_is_empty(&link->outbox))
		r = packet_send(link->fd, request, len, -1, MSG_DONTWAIT);
	if (r != -EAGAIN && r != -ENOBUFS)
		return r;
	r = sd_event_source_set_io_events(link->io, EPOLLIN | EPOLLOUT);
	return r < 0 ? r : outbox_add(&link->outbox, request, len);
}

static void send_more(struct link *link)
{
	int r = outbox_send(&link->outbox, link->fd);

	if (r == 0)
		r = sd_event_source_set_io_events(link->io, EPOLLIN);
	if (r < 0 && r != -EAGAIN && r != -ENOBUFS)
		lose(link, strerror(-r));
}

void link_set_caller(struct request *request, const struct caller *caller)
{
	struct request_caller *said = &request->head.caller;

	said->uid = caller->uid;
	said->granted = caller->granted;
	(void)pat_field_set(said->user, sizeof(said->user), caller->user);
}

int link_ask(
	struct link *link, struct question *question, struct request *request, uint64_t timeout_us)
{
	int r;

	if (link->fd < 0)
		return -ENOTCONN;
	if (!question->urgent &&
		(link->questions.n >= LINK_QUESTIONS_MAX ||
			!outbox_has_room(&link->outbox, request_size(request->head.kind))))
		return -EBUSY;
	request->head.magic = REQUEST_MAGIC;
	request->head.serial = link->serial + 1;
	r = post(link, request);
	if (r < 0)
		return r == -ENOMEM ? r : -ENOTCONN;
	question->link = link;
	question->serial = ++link->serial;
	question->kind = request->head.kind;
	question->timeout_us = timeout_us ? timeout_us : LINK_TIMEOUT_US;
	question->deadline_us = now_us(link) + question->timeout_us;
	questions_add(&link->questions, question);
	(void)sd_event_source_set_enabled(link->sweep, SD_EVENT_ON);
	return 0;
}

/* Should it not arrive, the answer comes and is thrown away. */
static void cancel(struct link *link, uint64_t serial)
{
	struct request request = { .head.kind = REQUEST_CANCEL };

	request.head.magic = REQUEST_MAGIC;
	request.head.serial = ++link->serial;
	request.cancel.serial = serial;
	if (outbox_has_room(&link->outbox, sizeof(request)))
		(void)post(link, &request);
}

void link_cancel(struct question *question)
{
	struct link *link = question->link;

	if (!link)
		return;
	questions_remove(&link->questions, question);
	cancel(link, question->serial);
}

/* Timeouts, once a second while there are questions. */
static int on_sweep(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct link *link = userdata;
	uint64_t now = now_us(link);
	struct question *question;

	(void)usec;
	while ((question = questions_find_late(&link->questions, now))) {
		cancel(link, question->serial);
		questions_refuse(&link->questions, question, &question_late);
	}
	if (link->questions.n == 0)
		return sd_event_source_set_enabled(source, SD_EVENT_OFF);
	return sd_event_source_set_time_relative(source, SWEEP_US);
}

static struct link_answer read_answer(const struct link *link, size_t len, int fd)
{
	const struct answer_head *head = &link->answer.head;
	const bool known = head->lacks < ACTIONS && head->operation < OPERATIONS;

	return (struct link_answer) {
		.kind = (enum answer_kind)head->kind,
		.error = (enum pat_error)head->error,
		.why = head->kind == ANSWER_REFUSED ? (const char *)link->answer.body : NULL,
		.lacks = known ? (enum action)head->lacks : ACTION_NONE,
		.operation = known ? (enum operation)head->operation : OP_LIST,
		.body = link->answer.body,
		.len = len,
		.rows = head->rows,
		.fd = fd,
	};
}

/* What was received, of n bytes.  Takes fd over.  False: it breaks the rules of the protocol. */
static bool take_answer(struct link *link, size_t n, int fd)
{
	const struct answer_head *head = &link->answer.head;
	cleanup_close int owned = fd;
	struct question *question;
	struct link_answer answer;
	bool last;

	if (n < sizeof(*head))
		return false;
	question = head->serial != 0 ? questions_find(&link->questions, head->serial) : NULL;
	/* Of a question that was cancelled. */
	if (!question && head->serial != 0)
		return head->magic == ANSWER_MAGIC;
	if (!answer_check(&link->answer, n, question ? question->kind : REQUEST_KINDS))
		return false;
	if (!question)
		return unasked_tell(&link->listener, &link->answer, n - sizeof(*head), &link->row);
	answer = read_answer(link, n - sizeof(*head), take_fd(&owned));
	last = answer.kind == ANSWER_DONE || answer.kind == ANSWER_REFUSED;
	question->deadline_us = now_us(link) + question->timeout_us;
	if (last) {
		questions_remove(&link->questions, question);
		question->done(question, &answer);
	} else if (question->part) {
		question->part(question, &answer);
	}
	owned = answer.fd;
	return true;
}

static void receive(struct link *link)
{
	for (unsigned int i = 0; i < PACKETS_A_TURN && link->fd >= 0; i++) {
		int fd = -1;
		ssize_t n = packet_receive(
			link->fd, &link->answer, sizeof(link->answer), MSG_DONTWAIT, &fd);

		if (n == -EAGAIN || n == -EINTR)
			return;
		if (n <= 0) {
			lose(link, n == 0 ? "it ended" : strerror((int)-n));
		} else if (!take_answer(link, (size_t)n, fd)) {
			log_error("patd sent what is no answer; is it of another version?");
			lose(link, "it broke the protocol");
		}
		/* Sealed boxes, and names of tokens: nothing stays in here. */
		if (n > 0)
			memset(&link->answer, 0, (size_t)n);
	}
}

static int on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct link *link = userdata;

	(void)source;
	(void)fd;
	if (revents & EPOLLOUT)
		send_more(link);
	if (link->fd >= 0 && (revents & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		receive(link);
	return 0;
}

static void be_up(struct link *link)
{
	if (link->quiet)
		log_info("connected to patd");
	link->quiet = false;
	link->delay_us = DELAY_MIN_US;
	link->unanswered = 0;
	link->up = true;
	link->listener.up(link->listener.userdata);
}

static void on_follow(struct question *question, struct link_answer *answer)
{
	void *asker = (char *)question - offsetof(struct link, follow);
	struct link *link = asker;

	if (answer->error == PAT_OK)
		be_up(link);
	else if (link->fd >= 0) /* else the connection was lost, and this is a part of it */
		lose(link, answer->why);
}

/* Whoever follows is told everything, and decides who may see what. */
static int follow(struct link *link)
{
	struct request request = { .head.kind = REQUEST_FOLLOW };

	(void)pat_field_set(request.head.caller.user, sizeof(request.head.caller.user), "root");
	request.follow.given = GIVEN_ALL;
	link->follow = (struct question) { .done = on_follow };
	return link_ask(link, &link->follow, &request, 0);
}

static int open_connection(struct link *link)
{
	const int fd = packet_connect_at_once(link->path);

	if (fd < 0)
		return fd;
	link->fd = fd;
	return sd_event_add_io(link->event, &link->io, link->fd, EPOLLIN, on_io, link);
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct link *link = userdata;
	int r = open_connection(link);

	(void)source;
	(void)usec;
	if (r >= 0 && link->listener.token)
		r = follow(link);
	if (r < 0)
		lose(link, strerror(-r));
	else if (!link->listener.token)
		be_up(link);
	return 0;
}

bool link_is_up(const struct link *link)
{
	return link->up;
}

void link_free(struct link *link)
{
	if (!link)
		return;
	disconnect(link);
	questions_refuse_all(&link->questions, &question_lost);
	sd_event_source_disable_unref(link->retry);
	sd_event_source_disable_unref(link->sweep);
	sd_event_unref(link->event);
	free(link->path);
	free(link);
}

DEFINE_CLEANUP(link_free, link)

int link_new(sd_event *event, const char *path, const struct link_listener *listener,
	struct link **ret_link)
{
	cleanup_with(link_free) struct link *link = calloc(1, sizeof(*link));
	int r;

	if (!link)
		return -ENOMEM;
	link->event = sd_event_ref(event);
	link->listener = *listener;
	link->fd = -1;
	link->delay_us = DELAY_MIN_US;
	questions_init(&link->questions);
	outbox_init(&link->outbox);
	link->path = strdup(path);
	if (!link->path)
		return -ENOMEM;
	r = sd_event_add_time_relative(
		event, &link->retry, CLOCK_MONOTONIC, 0, 1000, on_retry, link);
	if (r < 0)
		return r;
	r = sd_event_add_time_relative(
		event, &link->sweep, CLOCK_MONOTONIC, SWEEP_US, SWEEP_US / 10, on_sweep, link);
	if (r < 0)
		return r;
	r = sd_event_source_set_enabled(link->sweep, SD_EVENT_OFF);
	if (r < 0)
		return r;
	*ret_link = TAKE(link);
	return 0;
}
