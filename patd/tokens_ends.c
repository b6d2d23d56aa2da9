/* Tokens that expire. */
#include "common/expiry.h"
#include "patd/tokens_private.h"

#define ENDS_A_TURN 64U

/* What has ended and is to be told, and the first that has not. */
struct ends_page {
	struct tokens *tokens;
	struct token_end *told;
	uint64_t now, next;
	unsigned int rows;
};

static int ends_row(const struct token *token, void *userdata)
{
	struct ends_page *page = userdata;

	if (!token_expired(token, page->now) || page->rows++ == ENDS_A_TURN) {
		page->next = token->expires_at;
		return 1;
	}
	page->told->at = token->expires_at;
	page->told->id = token->id;
	/* A revoked one stays revoked. */
	if (token->revoked_at == 0)
		tokens_tell(page->tokens, TOKEN_CHANGED, token);
	return 0;
}

uint64_t tokens_now(struct tokens *tokens)
{
	return clock_now(tokens->clock);
}

int tokens_tell_ends(struct tokens *tokens, struct token_end *told, uint64_t *ret_next)
{
	struct ends_page page = {
		.tokens = tokens,
		.told = told,
		.now = clock_now(tokens->clock),
		.next = PAT_NEVER,
	};
	struct token_end from = *told;
	int r = store_list_ends(tokens->store, from.at, from.id.text, ends_row, &page);

	if (r < 0)
		return r;
	*ret_next = page.next;
	return 0;
}
