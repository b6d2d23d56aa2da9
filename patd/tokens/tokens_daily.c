/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The daily work: unused tokens, tokens that ended long ago or expire soon, old entries of the
 * history.
 */
#include <errno.h>
#include <string.h>

#include "common/lifetime.h"
#include "patd/rules/validity.h"
#include "patd/tokens/uses.h"
#include "patd/util/log.h"

#define DAY_S (UINT64_C(24) * 3600)
#define CHANGED_A_TURN 16U /* each is synced */

int tokens_daily_due(struct tokens *tokens, uint64_t *ret_at)
{
	const uint64_t now = clock_now(tokens->clock);
	uint64_t last = 0;
	int r = meta_get_number(tokens->database, META_DAILY, &last);

	/* What is no number keeps nobody out: the work, done once too often, does no harm. */
	if (r < 0 && r != -EBADMSG)
		return r;
	/* A time to come is that of a clock that was ahead. */
	*ret_at = last == 0 || last > now ? now : last + DAY_S;
	return 0;
}

bool tokens_certainly_unused(struct tokens *tokens, const struct token *token)
{
	const uint64_t limit = tokens->policy->revoke_unused;

	return limit != POLICY_UNLIMITED && !validity_replica(token, tokens->policy) &&
	       validity_unused_since(token) <= tokens_certainly_before(tokens, limit);
}

/* Whether so many seconds have certainly passed since then. */
static bool passed(const struct tokens *tokens, uint64_t since, uint64_t seconds)
{
	return since <= tokens_certainly_before(tokens, seconds);
}

/*
 * That it has expired is certain where its lifetime has certainly passed: by a clock that jumped it
 * may be refused, and yet be valid again by the right one.
 */
bool tokens_certainly_ended(const struct tokens *tokens, const struct token *token)
{
	const uint64_t limit = tokens->policy->delete_ended, now = tokens->looked_at;
	const uint64_t made = token->created_at, end = token->expires_at;
	const uint64_t lifetime = end > made ? end - made : 0;

	if (limit == POLICY_UNLIMITED || !validity_ended(token, now) ||
		validity_replica(token, tokens->policy))
		return false;
	if (token->revoked_at != 0 && !passed(tokens, token->revoked_at, limit))
		return false;
	if (validity_exhausted(token) && !passed(tokens, token->last_used_at, limit))
		return false;
	return end == PAT_NEVER || end > now || passed(tokens, made, lifetime + limit);
}

/* One page of all tokens. */
struct daily_page {
	struct tokens *tokens;
	uint64_t now;
	expiring_fn fn;
	void *userdata;
	/* To be revoked, and to be deleted, not while the list is read. */
	struct pat_id unused[CHANGED_A_TURN], ended[CHANGED_A_TURN];
	unsigned int unused_n, ended_n;
};

static int daily_row(const struct token *token, void *userdata)
{
	struct daily_page *page = userdata;
	const struct policy *policy = page->tokens->policy;
	enum token_state state = tokens_state(page->tokens, token);
	uint64_t end = validity_end(token, policy);

	if (state != TOKEN_ALTERED && tokens_certainly_ended(page->tokens, token) &&
		page->ended_n < CHANGED_A_TURN)
		page->ended[page->ended_n++] = token->id;
	/* Of what another machine has generated, that one reminds its owner. */
	if ((state != TOKEN_ACTIVE && state != TOKEN_PENDING) || validity_replica(token, policy))
		return 0;
	/* For who logs in it is revoked also where that is in doubt. */
	if (validity_unused(token, policy, page->now)) {
		if (!tokens_certainly_unused(page->tokens, token))
			return 0;
		if (page->unused_n < CHANGED_A_TURN)
			page->unused[page->unused_n++] = token->id;
	} else if (end != 0 && end - page->now <= TOKENS_NOTICE_S) {
		page->fn(token, end, page->userdata);
	}
	return 0;
}

static void revoke_unused(struct tokens *tokens, const struct pat_id *id)
{
	struct refusal refusal;
	struct token token;

	if (uses_get(tokens, id->text, &token) < 0 || !tokens_intact(tokens, &token))
		return;
	if (tokens_revoke_unused(tokens, &token, &refusal) != PAT_OK)
		log_error("token %s, unused for too long, could not be revoked: %s", id->text,
			refusal.why);
}

static void delete_ended(struct tokens *tokens, const struct pat_id *id)
{
	struct refusal refusal;
	struct token token;

	if (uses_get(tokens, id->text, &token) < 0 || !tokens_intact(tokens, &token) ||
		!tokens_certainly_ended(tokens, &token))
		return;
	if (tokens_delete_ended(tokens, &token, &refusal) != PAT_OK)
		log_error("token %s, which ended long ago, could not be deleted: %s", id->text,
			refusal.why);
}

int tokens_daily_some(
	struct tokens *tokens, struct daily_work *work, expiring_fn fn, void *userdata)
{
	struct daily_page page = {
		.tokens = tokens,
		.now = clock_now(tokens->clock),
		.fn = fn,
		.userdata = userdata,
	};
	const struct token_query all = {
		.all = true, .cursor = work->cursor, .limit = CHANGED_A_TURN
	};
	char cursor[TOKENS_CURSOR_MAX];
	const uint64_t keep = tokens->policy->keep_history;
	struct refusal ignored;
	uint64_t before = 0, bad = 0;
	int r;
	bool more;

	if (tokens->database->paused)
		return -EAGAIN;
	if (!transaction_has_room(tokens->database))
		return -ENOSPC;
	tokens_look_at_clock(tokens);
	if (!work->listed) {
		if (tokens_list(tokens, &tokens_patd, &all, daily_row, &page, cursor, &ignored) !=
			PAT_OK)
			return -EIO;
		for (unsigned int i = 0; i < page.unused_n; i++)
			revoke_unused(tokens, &page.unused[i]);
		for (unsigned int i = 0; i < page.ended_n; i++)
			delete_ended(tokens, &page.ended[i]);
		memcpy(work->cursor, cursor, sizeof(work->cursor));
		work->listed = cursor[0] == '\0';
		return 0;
	}
	/* Nothing that is gathered may come in the middle. */
	tokens_commit_usage(tokens);
	while ((r = uses_flush(tokens, NULL)) > 0)
		;
	if (r < 0)
		return r;
	if (keep != POLICY_UNLIMITED)
		before = tokens_certainly_before(tokens, keep);
	r = history_prune_some(tokens->history, before, tokens->policy->max_history, &more, &bad);
	if (r == 0 && !more) {
		if (bad != 0)
			log_error("the history is not pruned: entry %llu, or one before it, was "
				  "altered or removed outside of patd; run patctl log --verify",
				(unsigned long long)bad);
		r = meta_touch_number(tokens->database, META_BREAK, bad);
		if (r == 0)
			r = meta_touch_number(tokens->database, META_DAILY, page.now);
		work->done = true;
	}
	return usage_end(tokens->database, r);
}
