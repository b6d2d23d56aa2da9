/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events for the connections that follow. */
#include "patd/requests/followers.h"

#include <stdlib.h>
#include <string.h>

#include "patd/requests/handlers.h"
#include "patd/requests/requests_private.h"
#include "patd/requests/token_rows.h"
#include "patd/util/log.h"
#include "protocol/row.h"

static bool may_see(const struct request_peer *peer, uint32_t uid, const char *user)
{
	return peer->follows && !peer->failed &&
	       (peer->follows_all || authority_owns(&peer->follower, uid, user));
}

static bool is_followed(const struct requests *requests, uint32_t uid, const char *user)
{
	const struct request_peer *peer;

	LIST_FOREACH(peer, &requests->peers, entry)
		if (may_see(peer, uid, user))
			return true;
	return false;
}

/* Not with requests->answer: a request is just being answered, maybe. */
struct event {
	struct answer_head head;
	uint8_t body[8 * 1024];
};

static void send_event(struct requests *requests, const struct event *event, size_t size,
	uint32_t uid, const char *user)
{
	struct request_peer *peer;

	LIST_FOREACH(peer, &requests->peers, entry)
		if (may_see(peer, uid, user))
			(void)request_peer_send(peer, event, sizeof(event->head) + size, -1);
}

static void send_token(
	struct requests *requests, enum token_event happened, const struct token *token)
{
	struct event event = {
		.head = { .magic = ANSWER_MAGIC, .kind = ANSWER_TOKEN, .rows = happened },
	};
	struct token_row row;

	token_row_fill(requests->context.tokens, token, &row);
	send_event(requests, &event, row_pack(token_row_table(), &row, event.body), token->uid,
		token->user);
}

static void on_token(enum token_event happened, const struct token *token, void *userdata)
{
	struct requests *requests = userdata;

	/* A new token, or a restored one. */
	if (requests->deadline_timer && (happened == TOKEN_GENERATED || happened == TOKEN_CHANGED))
		deadline_timer_consider(requests->deadline_timer,
			tokens_next_deadline(requests->context.tokens, token));
	if (is_followed(requests, token->uid, token->user))
		send_token(requests, happened, token);
}

static void send_entry(struct requests *requests, const struct entry *entry)
{
	struct event event = { .head = { .magic = ANSWER_MAGIC, .kind = ANSWER_ENTRY } };
	/* What is about no single token is for who has that user name now. */
	struct answer_entry body = { .by_name = entry->id.text[0] == '\0', .uid = entry->uid };

	pat_field_cut(body.user, sizeof(body.user), entry->user);
	memcpy(event.body, &body, sizeof(body));
	send_event(requests, &event, sizeof(body), entry->uid, entry->user);
}

static void on_entry(const struct entry *entry, void *userdata)
{
	struct requests *requests = userdata;
	if (is_followed(requests, entry->uid, entry->user))
		send_entry(requests, entry);
}

enum progress serve_follow(struct work *work)
{
	struct requests *requests = work->peer->requests;
	const bool all = (work->request.follow.given & GIVEN_ALL) != 0;
	const enum pat_error error = tokens_may_follow(&work->caller, all, &work->refusal);
	int r = 0;

	if (error != PAT_OK)
		return work_refuse(work, error);
	if (!requests->deadline_timer)
		r = deadline_timer_new(
			requests->event, requests->context.tokens, &requests->deadline_timer);
	if (r < 0)
		return work_refuse_for(work, PAT_ERR_NO_MEMORY, "out of memory");
	work->peer->follows = true;
	work->peer->follower = work->caller;
	work->peer->follows_all = all;
	return work_done(work, NULL, 0, -1);
}

void followers_begin(struct requests *requests)
{
	requests->token_listener = (struct token_listener) {
		.token = on_token,
		.entry = on_entry,
		.userdata = requests,
	};
	tokens_listen(requests->context.tokens, &requests->token_listener);
}

void followers_end(struct requests *requests)
{
	tokens_unlisten(requests->context.tokens, &requests->token_listener);
	deadline_timer_free(requests->deadline_timer);
	requests->deadline_timer = NULL;
}
