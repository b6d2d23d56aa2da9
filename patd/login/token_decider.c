/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The decider of patd, in terms of patd/tokens, and the verdicts that wait for a disk. */
#include "patd/login/token_decider.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "patd/tokens/tokens.h"

/* A verdict that is sent when its use is on disk. */
struct waiting {
	TAILQ_ENTRY(waiting) entry;
	uint64_t id;
	struct use_point point;
	struct pat_reply reply;
};

struct token_decider {
	struct tokens *tokens;
	struct login_server *server;
	sd_event_source *turn; /* for those that need not wait after all */
	TAILQ_HEAD(waiting_list, waiting) waiting;
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

static void decide(struct verification *verification, uint32_t caller_uid,
	const struct pat_request *request, struct pat_reply *ret_reply, void *userdata)
{
	struct token_decider *decider = userdata;
	struct deferral deferral = { .verification = verification };
	struct later later = { .defer = defer, .userdata = &deferral };
	struct waiting *waiting;

	tokens_verify_later(decider->tokens, caller_uid, request, &later, ret_reply);
	waiting = deferral.waiting;
	if (!waiting)
		return;
	waiting->point = later.point;
	waiting->reply = *ret_reply;
	TAILQ_INSERT_TAIL(&decider->waiting, waiting, entry);
	if (tokens_use_state(decider->tokens, &waiting->point) == SYNC_DONE)
		(void)sd_event_source_set_enabled(decider->turn, SD_EVENT_ONESHOT);
}

static void end(struct token_decider *decider, struct waiting *waiting)
{
	TAILQ_REMOVE(&decider->waiting, waiting, entry);
	free(waiting);
}

static void cancel(uint64_t id, void *userdata)
{
	struct token_decider *decider = userdata;
	struct waiting *waiting = TAILQ_FIRST(&decider->waiting);

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

int token_decider_new(sd_event *event, struct tokens *tokens, struct token_decider **ret_decider)
{
	struct token_decider *decider = calloc(1, sizeof(*decider));
	int r;

	if (!decider)
		return -ENOMEM;
	decider->tokens = tokens;
	TAILQ_INIT(&decider->waiting);
	r = sd_event_add_defer(event, &decider->turn, on_turn, decider);
	if (r >= 0)
		r = sd_event_source_set_enabled(decider->turn, SD_EVENT_OFF);
	if (r < 0) {
		token_decider_free(decider);
		return r;
	}
	tokens_on_durable(tokens, answer, decider);
	*ret_decider = decider;
	return 0;
}

void token_decider_free(struct token_decider *decider)
{
	struct waiting *next;

	if (!decider)
		return;
	tokens_on_durable(decider->tokens, NULL, NULL);
	sd_event_source_disable_unref(decider->turn);
	for (struct waiting *waiting = TAILQ_FIRST(&decider->waiting); waiting; waiting = next) {
		next = TAILQ_NEXT(waiting, entry);
		end(decider, waiting);
	}
	free(decider);
}

struct decider token_decider_of(struct token_decider *decider)
{
	return (struct decider) {
		.decide = decide,
		.cancel = cancel,
		.commit = commit,
		.is_verifier = is_verifier,
		.userdata = decider,
	};
}

void token_decider_serve(struct token_decider *decider, struct login_server *server)
{
	decider->server = server;
}
