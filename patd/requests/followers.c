/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events for the connections that follow: changes at once, uses and those of many a little later.
 */
#include "patd/requests/followers.h"

#include <errno.h>
#include <stdlib.h>

#include "common/cleanup.h"
#include "common/pack.h"
#include "patd/requests/deadline_timer.h"
#include "patd/requests/ending.h"
#include "patd/requests/event_queue.h"
#include "patd/requests/handlers.h"
#include "patd/requests/requests_private.h"
#include "patd/requests/token_rows.h"

/* Also while nobody follows: when a token ends, the time is stored. */
struct followers {
	struct requests *requests;
	struct deadline_timer *deadlines;
	struct event_queue *queue;
	struct token_listener listener;
};

/* Not requests->answer: a request is just being answered, maybe. */
struct event {
	struct answer_head head;
	uint8_t body[ROW_SIZE_MAX(struct token_row)];
};

_Static_assert(sizeof(struct approval) <= sizeof(struct token_row), "either fits into an event");

static bool may_see(const struct request_peer *peer, uint32_t uid, const char *user)
{
	return peer->follows && !peer->failed &&
	       (peer->follows_all || authority_owns(&peer->follower, uid, user));
}

/* An entry about all tokens of a user is for whoever has that name. */
static bool may_see_entry(
	const struct request_peer *peer, bool by_name, uint32_t uid, const char *user)
{
	return may_see(peer, by_name ? peer->follower.uid : uid, user);
}

static bool anybody_follows(const struct requests *requests)
{
	const struct request_peer *peer;

	for (peer = LIST_FIRST(&requests->peers); peer; peer = LIST_NEXT(peer, entry))
		if (peer->follows && !peer->failed)
			return true;
	return false;
}

static void send_token(
	struct requests *requests, enum token_event happened, const struct token *token)
{
	struct event event = {
		.head = { .magic = ANSWER_MAGIC, .kind = ANSWER_TOKEN, .rows = happened },
	};
	struct request_peer *peer;
	struct token_row row;
	size_t size;

	token_row_fill(requests->context.tokens, token, &row);
	size = sizeof(event.head) + row_pack(token_row_table(), &row, event.body);
	for (peer = LIST_FIRST(&requests->peers); peer; peer = LIST_NEXT(peer, entry))
		if (may_see(peer, token->uid, token->user))
			(void)request_peer_send(peer, &event, size, -1);
}

static void tell_token(enum token_event happened, const struct pat_id *id, void *userdata)
{
	static const struct caller root = { .user = "root" };
	const struct followers *followers = userdata;
	struct requests *requests = followers->requests;
	struct refusal ignored;
	struct token token;

	/* It may have gone meanwhile. */
	if (tokens_find(requests->context.tokens, &root, id->text, &token, &ignored) == PAT_OK)
		send_token(requests, happened, &token);
}

static void tell_entry(bool by_name, uint32_t uid, const char *user, void *userdata)
{
	const struct followers *followers = userdata;
	struct {
		struct answer_head head;
		struct answer_entry body;
	} event = { { .magic = ANSWER_MAGIC, .kind = ANSWER_ENTRY }, { by_name, uid, "" } };
	struct request_peer *peer;

	pat_field_cut(event.body.user, sizeof(event.body.user), user);
	for (peer = LIST_FIRST(&followers->requests->peers); peer; peer = LIST_NEXT(peer, entry))
		if (may_see_entry(peer, by_name, uid, user))
			(void)request_peer_send(peer, &event, sizeof(event), -1);
}

static void on_token(enum token_event happened, const struct token *token, void *userdata)
{
	struct followers *followers = userdata;

	/* A new token, or a restored one. */
	if (happened == TOKEN_GENERATED || happened == TOKEN_CHANGED)
		deadline_timer_consider(followers->deadlines,
			tokens_next_deadline(followers->requests->context.tokens, token));
	if (!anybody_follows(followers->requests))
		return;
	if (happened == TOKEN_USED || happened == TOKEN_BULK_CHANGED)
		event_queue_token(followers->queue, happened, &token->id);
	else
		send_token(followers->requests, happened, token);
}

/* At once: a person has little time. */
static void on_approval(const struct approval *approval, bool waits, void *userdata)
{
	struct event event = {
		.head = { .magic = ANSWER_MAGIC, .kind = ANSWER_APPROVAL, .rows = waits },
	};
	const struct followers *followers = userdata;
	const size_t size = sizeof(event.head) + row_pack(&approval_table, approval, event.body);
	struct request_peer *peer;

	for (peer = LIST_FIRST(&followers->requests->peers); peer; peer = LIST_NEXT(peer, entry))
		if (may_see(peer, approval->uid, approval->user))
			(void)request_peer_send(peer, &event, size, -1);
}

static void on_session(const struct session *session, void *userdata)
{
	const struct followers *followers = userdata;

	ending_send(followers->requests, session);
}

static void on_entry(const struct entry *entry, void *userdata)
{
	struct followers *followers = userdata;

	if (anybody_follows(followers->requests))
		event_queue_entry(
			followers->queue, entry->id.text[0] == '\0', entry->uid, entry->user);
}

void followers_free(struct followers *followers)
{
	if (!followers)
		return;
	tokens_unlisten(followers->requests->context.tokens, &followers->listener);
	deadline_timer_free(followers->deadlines);
	event_queue_free(followers->queue);
	free(followers);
}

DEFINE_CLEANUP(followers_free, followers)

int followers_new(struct requests *requests, struct followers **ret_followers)
{
	cleanup_with(followers_free) struct followers *followers = calloc(1, sizeof(*followers));
	const struct event_sink sink = { tell_token, tell_entry, followers };
	int r;

	if (!followers)
		return -ENOMEM;
	followers->requests = requests;
	followers->listener = (struct token_listener) {
		.token = on_token,
		.entry = on_entry,
		.approval = on_approval,
		.session = on_session,
		.userdata = followers,
	};
	r = event_queue_new(requests->event, &sink, &followers->queue);
	if (r < 0)
		return r;
	r = deadline_timer_new(requests->event, requests->context.tokens, &followers->deadlines);
	if (r < 0)
		return r;
	tokens_listen(requests->context.tokens, &followers->listener);
	*ret_followers = TAKE(followers);
	return 0;
}

void followers_restart(struct followers *followers)
{
	deadline_timer_restart(followers->deadlines);
}

enum progress serve_follow(struct work *work)
{
	const bool all = (work->request.follow.given & GIVEN_ALL) != 0;
	const enum pat_error error = tokens_may_follow(&work->caller, all, &work->refusal);

	if (error != PAT_OK)
		return work_refuse(work, error);
	work->peer->follows = true;
	work->peer->follows_all = all;
	work->peer->follower = work->caller;
	ending_send_all(work->peer);
	return work_done(work, NULL, 0, -1);
}
