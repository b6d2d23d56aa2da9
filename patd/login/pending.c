/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of pending verifications, bounded in number and time. */
#include "patd/login/pending.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "common/cleanup.h"
#include "common/wire.h"
#include "patd/util/log.h"

#define USEC_PER_SEC UINT64_C(1000000)

struct pending_verification {
	struct pending *pending;
	TAILQ_ENTRY(pending_verification) entry;
	sd_event_source *hangup;
	uint64_t id, deadline_us;
	bool described;
	struct asker asker;
	uint32_t uid;
};

TAILQ_HEAD(pending_verifications, pending_verification);

struct pending {
	sd_event *event;
	sd_event_source *timer; /* for the earliest deadline */
	struct pending_calls calls;
	uint64_t last_id;
	struct pending_verifications verifications; /* oldest first */
};

/* The caller owns the descriptor. */
static struct asker release(struct pending_verification *verification)
{
	const struct asker asker = verification->asker;

	sd_event_source_disable_unref(verification->hangup);
	TAILQ_REMOVE(&verification->pending->verifications, verification, entry);
	free(verification);
	return asker;
}

/* Whether the peer is there to read it or not. */
static void refuse(struct pending_verification *verification)
{
	const struct pat_reply refusal = { .magic = PAT_REPLY_MAGIC, .verdict = PAT_FAILED };
	const struct pending_calls *calls = &verification->pending->calls;
	uint64_t id = verification->id;
	const struct asker asker = release(verification);

	calls->reply(&asker, &refusal, calls->userdata);
	calls->cancel(id, calls->cancel_userdata);
}

/* The packet that follows after pending_ask(); whatever else comes ends the wait. */
static void take_process(struct pending_verification *verification)
{
	const struct pending_calls *calls = &verification->pending->calls;
	struct pat_process process;
	ssize_t n =
		recv(verification->asker.fd, &process, sizeof(process), MSG_DONTWAIT | MSG_TRUNC);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || verification->described || !pat_process_check(&process, (size_t)n)) {
		refuse(verification);
		return;
	}
	verification->described = true;
	calls->describe(verification->id, &process, calls->cancel_userdata);
}

static int on_event(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	(void)source;
	(void)fd;
	if ((revents & EPOLLIN) != 0 && (revents & (EPOLLHUP | EPOLLERR)) == 0)
		take_process(userdata);
	else
		refuse(userdata);
	return 0;
}

/* For the earliest deadline, which is no later than that. */
static int arm_timer(struct pending *pending, uint64_t deadline_us)
{
	const struct pending_verification *verification;
	int r;

	TAILQ_FOREACH(verification, &pending->verifications, entry)
		if (verification->deadline_us < deadline_us)
			deadline_us = verification->deadline_us;
	r = sd_event_source_set_time(pending->timer, deadline_us);
	return r < 0 ? r : sd_event_source_set_enabled(pending->timer, SD_EVENT_ONESHOT);
}

static int on_timeout(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct pending *pending = userdata;
	struct pending_verification *verification = TAILQ_FIRST(&pending->verifications), *next;

	(void)source;
	for (; verification; verification = next) {
		next = TAILQ_NEXT(verification, entry);
		if (verification->deadline_us > usec)
			continue;
		log_warning("a login of uid %u was refused: its verdict did not come in time",
			verification->uid);
		refuse(verification);
	}
	return TAILQ_EMPTY(&pending->verifications) ? 0 : arm_timer(pending, UINT64_MAX);
}

static bool has_room(const struct pending *pending, uint32_t uid, bool for_root_socket)
{
	const unsigned int max = !for_root_socket ? PENDING_MAX_USER_SOCKET
				 : uid != 0       ? PENDING_MAX - PENDING_MAX_PER_UID
						  : PENDING_MAX;
	const struct pending_verification *verification = TAILQ_FIRST(&pending->verifications);
	unsigned int all = 0, own = 0;

	for (; verification; verification = TAILQ_NEXT(verification, entry)) {
		all++;
		own += verification->uid == uid;
	}
	return all < max && own < PENDING_MAX_PER_UID;
}

int pending_add(struct pending *pending, const struct asker *asker, uint32_t uid,
	bool for_root_socket, uint64_t *ret_id)
{
	cleanup_free struct pending_verification *verification = NULL;
	uint64_t deadline_us;
	int r;

	if (!has_room(pending, uid, for_root_socket))
		return -EBUSY;
	r = sd_event_now(pending->event, CLOCK_MONOTONIC, &deadline_us);
	if (r < 0)
		return r;
	deadline_us += PENDING_TIMEOUT_S * USEC_PER_SEC;
	r = arm_timer(pending, deadline_us);
	if (r < 0)
		return r;
	verification = calloc(1, sizeof(*verification));
	if (!verification)
		return -ENOMEM;
	if (asker->fd >= 0)
		r = sd_event_add_io(pending->event, &verification->hangup, asker->fd, EPOLLHUP,
			on_event, verification);
	if (r < 0)
		return r;
	verification->pending = pending;
	verification->id = *ret_id = ++pending->last_id;
	verification->deadline_us = deadline_us;
	verification->asker = *asker;
	verification->uid = uid;
	TAILQ_INSERT_TAIL(&pending->verifications, verification, entry);
	(void)TAKE(verification);
	return 0;
}

static struct pending_verification *find(const struct pending *pending, uint64_t id)
{
	struct pending_verification *verification = TAILQ_FIRST(&pending->verifications);

	while (verification && verification->id != id)
		verification = TAILQ_NEXT(verification, entry);
	return verification;
}

void pending_ask(struct pending *pending, uint64_t id, const struct pat_reply *reply)
{
	struct pending_verification *verification = find(pending, id);
	uint64_t now_us;

	if (!verification)
		return;
	if (sd_event_now(pending->event, CLOCK_MONOTONIC, &now_us) < 0 ||
		sd_event_source_set_io_events(verification->hangup, EPOLLIN | EPOLLHUP) < 0 ||
		send(verification->asker.fd, reply, sizeof(*reply), MSG_NOSIGNAL | MSG_DONTWAIT) <
			0) {
		refuse(verification);
		return;
	}
	/* The timer is for an earlier time at most, and armed anew then. */
	verification->deadline_us = now_us + (reply->expires_at + PENDING_GRACE_S) * USEC_PER_SEC;
}

int pending_take(struct pending *pending, uint64_t id, struct asker *ret_asker)
{
	struct pending_verification *verification = find(pending, id);

	if (!verification)
		return -ENOENT;
	*ret_asker = release(verification);
	return 0;
}

bool pending_refuse_oldest(struct pending *pending)
{
	struct pending_verification *oldest = TAILQ_FIRST(&pending->verifications);

	if (!oldest)
		return false;
	refuse(oldest);
	return true;
}

int pending_new(sd_event *event, const struct pending_calls *calls, struct pending **ret_pending)
{
	cleanup_free struct pending *pending = calloc(1, sizeof(*pending));
	int r;

	if (!pending)
		return -ENOMEM;
	r = sd_event_add_time(
		event, &pending->timer, CLOCK_MONOTONIC, UINT64_MAX, 0, on_timeout, pending);
	if (r < 0)
		return r;
	pending->event = sd_event_ref(event);
	pending->calls = *calls;
	TAILQ_INIT(&pending->verifications);
	*ret_pending = TAKE(pending);
	return 0;
}

void pending_free(struct pending *pending)
{
	struct pending_verification *next;

	if (!pending)
		return;
	for (struct pending_verification *oldest = TAILQ_FIRST(&pending->verifications); oldest;
		oldest = next) {
		next = TAILQ_NEXT(oldest, entry);
		refuse(oldest);
	}
	sd_event_source_disable_unref(pending->timer);
	sd_event_unref(pending->event);
	free(pending);
}
