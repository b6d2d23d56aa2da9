/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tokens whose state changes by itself, at a deadline. */
#include "patd/rules/validity.h"
#include "patd/tokens/uses.h"

#define NOTIFIED_A_TURN 16U

/* Deadlines that have passed, up to the first that has not. */
struct deadlines_page {
	struct tokens *tokens;
	enum deadline deadline;
	struct deadline_place *place;
	uint64_t now, next;
	unsigned int rows;
};

/* When it comes; 0: never. */
static uint64_t comes_at(
	const struct tokens *tokens, enum deadline deadline, const struct token *token)
{
	uint64_t at = deadline_of(deadline, token);

	return deadline == DEADLINE_CREATION ? at + tokens->policy->max_lifetime : at;
}

static int deadlines_row(const struct token *token, void *userdata)
{
	struct deadlines_page *page = userdata;
	uint64_t at = comes_at(page->tokens, page->deadline, token);

	if (at > page->now || page->rows++ == NOTIFIED_A_TURN) {
		page->next = at;
		return 1;
	}
	page->place->at = deadline_of(page->deadline, token);
	page->place->id = token->id;
	/* A revoked one stays so. */
	if (!validity_revoked(token, page->now)) {
		struct token current = *token;

		uses_apply(page->tokens, &current);
		tokens_notify(page->tokens, TOKEN_CHANGED, &current);
	}
	return 0;
}

int tokens_notify_deadlines(struct tokens *tokens, enum deadline deadline,
	struct deadline_place *place, uint64_t *ret_next)
{
	struct deadlines_page page = {
		.tokens = tokens,
		.deadline = deadline,
		.place = place,
		.now = clock_now(tokens->clock),
	};
	struct deadline_place from = *place;
	int r = 0;

	/* What has ended stays so after a kill, under a clock that was set back meanwhile. */
	if (page.now > tokens->time_stored) {
		tokens_store_time(tokens, page.now);
		tokens_commit_usage(tokens);
	}
	if (deadline != DEADLINE_CREATION || tokens->policy->max_lifetime != POLICY_UNLIMITED)
		r = store_list_deadlines(tokens->store, deadline, &from, deadlines_row, &page);
	if (r < 0)
		return r;
	/* Once all have passed that have to. */
	if (deadline == DEADLINE_END && (page.next == 0 || page.next > page.now))
		tokens_expire_sessions(tokens);
	*ret_next = page.next;
	return 0;
}

struct deadline_place tokens_deadlines_from(const struct tokens *tokens, enum deadline deadline)
{
	uint64_t now = clock_now(tokens->clock), back = 0;

	if (deadline == DEADLINE_CREATION)
		back = tokens->policy->max_lifetime;
	return (struct deadline_place) { .at = now > back ? now - back : 0 };
}

uint64_t tokens_next_deadline(struct tokens *tokens, const struct token *token)
{
	return validity_next(token, tokens->policy, clock_now(tokens->clock));
}
