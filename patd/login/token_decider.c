/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The decider of patd, in terms of patd/tokens, and the verdicts that wait for a disk. */
#include "patd/login/token_decider.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>

#include "patd/tokens/tokens.h"
#include "patd/util/log.h"

/* A verdict that is sent when its use is on disk, or when it was approved, and claimed. */
struct waiting {
	TAILQ_ENTRY(waiting) entry;
	uint64_t id;
	char use[APPROVAL_ID_LEN + 1]; /* that is to be decided; "": the verdict is there */
	struct use_point point;
	struct pat_reply reply;
};

struct token_decider {
	struct tokens *tokens;
	struct login_server *server;
	sd_event_source *turn;            /* for those that need not wait after all */
	sd_event_source *recheck, *timer; /* of those that are to be decided */
	struct token_listener listener;
	TAILQ_HEAD(waiting_list, waiting) waiting, undecided;
};

struct deferral {
	struct verification *verification;
	struct waiting *waiting;
};

static bool defer(void *userdata)
{
	struct deferral *deferral = userdata;
	struct waiting *waiting = calloc(1, sizeof(*waiting));

	if (!waiting || verification_defer(deferral->verification, &waiting->id) < 0) {
		free(waiting);
		return false;
	}
	deferral->waiting = waiting;
	return true;
}

static void wait_for_disk(struct token_decider *decider, struct waiting *waiting,
	const struct later *later, const struct pat_reply *reply)
{
	waiting->point = later->point;
	waiting->reply = *reply;
	TAILQ_INSERT_TAIL(&decider->waiting, waiting, entry);
	if (tokens_use_state(decider->tokens, &waiting->point) == SYNC_DONE)
		(void)sd_event_source_set_enabled(decider->turn, SD_EVENT_ONESHOT);
}

static struct waiting *find_undecided(const struct token_decider *decider, const char *use)
{
	struct waiting *waiting = TAILQ_FIRST(&decider->undecided);

	while (waiting && strcmp(waiting->use, use) != 0)
		waiting = TAILQ_NEXT(waiting, entry);
	return waiting;
}

/* Refuses what was not decided in time, and waits for the next. */
static void arm_timer(struct token_decider *decider)
{
	const uint64_t us = tokens_expire_waiting(decider->tokens);

	if (us != 0 && (sd_event_source_set_time_relative(decider->timer, us) < 0 ||
			       sd_event_source_set_enabled(decider->timer, SD_EVENT_ONESHOT) < 0))
		log_error("cannot set a timer; requests wait until the login gives up");
}

/* For whatever it waits now. */
static void wait_on(struct token_decider *decider, struct waiting *waiting,
	const struct later *later, const struct pat_reply *reply)
{
	if (later->use[0] == '\0') {
		wait_for_disk(decider, waiting, later, reply);
		return;
	}
	pat_field_cut(waiting->use, sizeof(waiting->use), later->use);
	TAILQ_INSERT_TAIL(&decider->undecided, waiting, entry);
	arm_timer(decider);
}

static void decide(struct verification *verification, uint32_t caller_uid,
	const struct pat_request *request, struct pat_reply *ret_reply, void *userdata)
{
	struct token_decider *decider = userdata;
	struct deferral deferral = { .verification = verification };
	struct later later = { .defer = defer, .userdata = &deferral };

	tokens_verify_later(decider->tokens, caller_uid, request, &later, ret_reply);
	if (deferral.waiting)
		wait_on(decider, deferral.waiting, &later, ret_reply);
}

/* There is room for it already: its connection waits. */
static bool stay(void *userdata)
{
	(void)userdata;
	return true;
}

static enum pat_verdict on_decided(const char *use, void *userdata)
{
	struct token_decider *decider = userdata;
	struct waiting *waiting = find_undecided(decider, use);
	struct later later = { .defer = stay };
	struct pat_reply reply;
	uint64_t id;

	if (!waiting)
		return PAT_FAILED;
	TAILQ_REMOVE(&decider->undecided, waiting, entry);
	tokens_conclude_use(decider->tokens, use, &later, &reply);
	if (later.deferred || later.use[0] != '\0') {
		wait_on(decider, waiting, &later, &reply);
		return reply.verdict;
	}
	id = waiting->id;
	free(waiting);
	(void)login_server_reply(decider->server, id, &reply);
	return reply.verdict;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)source;
	(void)usec;
	arm_timer(userdata);
	return 0;
}

/* A change may be in the middle of a transaction: later. */
static void on_entry(const struct entry *entry, void *userdata)
{
	struct token_decider *decider = userdata;

	if (entry->event != ENTRY_USED && entry->event != ENTRY_REFUSED &&
		!TAILQ_EMPTY(&decider->undecided))
		(void)sd_event_source_set_enabled(decider->recheck, SD_EVENT_ONESHOT);
}

static int on_recheck(sd_event_source *source, void *userdata)
{
	struct token_decider *decider = userdata;

	(void)source;
	tokens_recheck_waiting(decider->tokens);
	return 0;
}

static void describe(uint64_t id, const struct pat_process *process, void *userdata)
{
	struct token_decider *decider = userdata;
	const struct waiting *waiting;

	TAILQ_FOREACH(waiting, &decider->undecided, entry)
		if (waiting->id == id)
			(void)tokens_describe_approval(decider->tokens, waiting->use, process);
}

static void end(struct token_decider *decider, struct waiting *waiting)
{
	TAILQ_REMOVE(&decider->waiting, waiting, entry);
	free(waiting);
}

static bool cancel_undecided(struct token_decider *decider, uint64_t id)
{
	struct waiting *waiting = TAILQ_FIRST(&decider->undecided);

	while (waiting && waiting->id != id)
		waiting = TAILQ_NEXT(waiting, entry);
	if (!waiting)
		return false;
	TAILQ_REMOVE(&decider->undecided, waiting, entry);
	tokens_abandon_use(decider->tokens, waiting->use);
	free(waiting);
	return true;
}

static void cancel(uint64_t id, void *userdata)
{
	struct token_decider *decider = userdata;
	struct waiting *waiting = TAILQ_FIRST(&decider->waiting);

	if (cancel_undecided(decider, id))
		return;
	for (; waiting; waiting = TAILQ_NEXT(waiting, entry)) {
		if (waiting->id == id) {
			end(decider, waiting);
			return;
		}
	}
}

/* They are in the order of their points, as long as these are of one kind. */
static void answer(void *userdata)
{
	static const struct pat_reply failed = { .magic = PAT_REPLY_MAGIC, .verdict = PAT_FAILED };
	struct token_decider *decider = userdata;
	struct waiting *next;

	for (struct waiting *waiting = TAILQ_FIRST(&decider->waiting); waiting; waiting = next) {
		enum sync_state state = tokens_use_state(decider->tokens, &waiting->point);
		struct pat_reply reply = state == SYNC_DONE ? waiting->reply : failed;
		uint64_t id = waiting->id;

		next = TAILQ_NEXT(waiting, entry);
		if (state == SYNC_WAITING)
			continue;
		end(decider, waiting);
		(void)login_server_reply(decider->server, id, &reply);
	}
}

static int on_turn(sd_event_source *source, void *userdata)
{
	(void)source;
	answer(userdata);
	return 0;
}

static void session(const struct pat_session *session, struct pat_reply *ret_reply, void *userdata)
{
	struct token_decider *decider = userdata;

	ret_reply->verdict = PAT_ACCEPTED;
	if (session->event == PAT_SESSION_OPENS)
		ret_reply->verdict = tokens_open_session(decider->tokens, session);
	else
		tokens_close_session(decider->tokens, session);
}

static void commit(void *userdata)
{
	struct token_decider *decider = userdata;

	tokens_commit_usage(decider->tokens);
}

static bool is_verifier(uint32_t uid, void *userdata)
{
	struct token_decider *decider = userdata;

	return policy_verifier(tokens_policy(decider->tokens), uid, NULL);
}

/* One that is off. */
static int add_turn(sd_event *event, sd_event_source **ret_source, sd_event_handler_t handler,
	struct token_decider *decider)
{
	int r = sd_event_add_defer(event, ret_source, handler, decider);

	return r < 0 ? r : sd_event_source_set_enabled(*ret_source, SD_EVENT_OFF);
}

int token_decider_new(sd_event *event, struct tokens *tokens, struct token_decider **ret_decider)
{
	struct token_decider *decider = calloc(1, sizeof(*decider));
	int r;

	if (!decider)
		return -ENOMEM;
	decider->tokens = tokens;
	TAILQ_INIT(&decider->waiting);
	TAILQ_INIT(&decider->undecided);
	decider->listener = (struct token_listener) { .entry = on_entry, .userdata = decider };
	r = add_turn(event, &decider->turn, on_turn, decider);
	if (r >= 0)
		r = add_turn(event, &decider->recheck, on_recheck, decider);
	if (r >= 0)
		r = sd_event_add_time(event, &decider->timer, CLOCK_BOOTTIME, UINT64_MAX, 1000,
			on_timer, decider);
	if (r < 0) {
		token_decider_free(decider);
		return r;
	}
	tokens_on_durable(tokens, answer, decider);
	tokens_on_use_decided(tokens, on_decided, decider);
	tokens_listen(tokens, &decider->listener);
	*ret_decider = decider;
	return 0;
}

static void free_all(struct waiting_list *list)
{
	struct waiting *next;

	for (struct waiting *waiting = TAILQ_FIRST(list); waiting; waiting = next) {
		next = TAILQ_NEXT(waiting, entry);
		free(waiting);
	}
}

void token_decider_free(struct token_decider *decider)
{
	if (!decider)
		return;
	tokens_on_durable(decider->tokens, NULL, NULL);
	tokens_on_use_decided(decider->tokens, NULL, NULL);
	tokens_unlisten(decider->tokens, &decider->listener);
	sd_event_source_disable_unref(decider->turn);
	sd_event_source_disable_unref(decider->recheck);
	sd_event_source_disable_unref(decider->timer);
	free_all(&decider->undecided);
	free_all(&decider->waiting);
	free(decider);
}

struct decider token_decider_of(struct token_decider *decider)
{
	return (struct decider) {
		.decide = decide,
		.cancel = cancel,
		.describe = describe,
		.session = session,
		.commit = commit,
		.is_verifier = is_verifier,
		.userdata = decider,
	};
}

void token_decider_serve(struct token_decider *decider, struct login_server *server)
{
	decider->server = server;
}
