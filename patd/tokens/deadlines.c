/* Tokens that change by themselves. */
#include "patd/rules/validity.h"
#include "patd/tokens/tokens_private.h"

#define TOLD_A_TURN 16U

/* What has come and is to be told, and the first that has not. */
struct moments_page {
	struct tokens *tokens;
	enum moment moment;
	struct moment_place *told;
	uint64_t now, next;
	unsigned int rows;
};

/* When it comes; 0: never. */
static uint64_t comes_at(const struct tokens *tokens, enum moment moment, const struct token *token)
{
	uint64_t at = moment_of(moment, token);

	return moment == MOMENT_MAKING ? at + tokens->policy->max_lifetime : at;
}

static int moments_row(const struct token *token, void *userdata)
{
	struct moments_page *page = userdata;
	uint64_t at = comes_at(page->tokens, page->moment, token);

	if (at > page->now || page->rows++ == TOLD_A_TURN) {
		page->next = at;
		return 1;
	}
	page->told->at = moment_of(page->moment, token);
	page->told->id = token->id;
	/* A revoked one stays so. */
	if (!life_revoked(token, page->now))
		tokens_tell(page->tokens, TOKEN_CHANGED, token);
	return 0;
}

int tokens_tell_moments(
	struct tokens *tokens, enum moment moment, struct moment_place *told, uint64_t *ret_next)
{
	struct moments_page page = {
		.tokens = tokens,
		.moment = moment,
		.told = told,
		.now = clock_now(tokens->clock),
	};
	struct moment_place from = *told;
	int r = 0;

	if (moment != MOMENT_MAKING || tokens->policy->max_lifetime != POLICY_UNLIMITED)
		r = store_list_moments(tokens->store, moment, &from, moments_row, &page);
	if (r < 0)
		return r;
	*ret_next = page.next;
	return 0;
}

struct moment_place tokens_moments_from(const struct tokens *tokens, enum moment moment)
{
	uint64_t now = clock_now(tokens->clock), back = 0;

	if (moment == MOMENT_MAKING)
		back = tokens->policy->max_lifetime;
	return (struct moment_place) { .at = now > back ? now - back : 0 };
}

uint64_t tokens_next_moment(struct tokens *tokens, const struct token *token)
{
	return life_next(token, tokens->policy, clock_now(tokens->clock));
}
