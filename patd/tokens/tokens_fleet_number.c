/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is signed anew with a change: the next version of a row. */
#include <errno.h>
#include <string.h>

#include "patd/tokens/tokens_fleet_private.h"
#include "patd/util/log.h"

/* What is signed of the token, but for its number. */
static size_t write_terms(const struct token *token, uint8_t ret[static FLEET_SIGNED_MAX])
{
	struct fleet_row row;

	fleet_row_of(token, &row);
	row.number = 0;
	return fleet_row_write(&row, ret);
}

static bool says_the_same(const struct token *one, const struct token *other)
{
	uint8_t ones[FLEET_SIGNED_MAX], others[FLEET_SIGNED_MAX];
	const size_t len = write_terms(one, ones);

	return write_terms(other, others) == len && memcmp(ones, others, len) == 0;
}

/* A note is signed by nobody. */
static int terms_change(struct tokens *tokens, const struct change *change, bool *ret_change)
{
	struct token before;
	int r;

	*ret_change = true;
	if (change->kind != CHANGE_UPDATE)
		return 0;
	r = store_get(tokens->store, change->token->id.text, &before);
	if (r == 0)
		*ret_change = !says_the_same(&before, change->token);
	return r;
}

static int begin(struct tokens *tokens, struct numbering *numbering)
{
	int r = fleet_issuer(tokens, tokens->policy->issuer, &numbering->issuer);

	if (r == 0)
		numbering->ledger = numbering->issuer->ledger;
	return r;
}

static int number_deletion(
	struct tokens *tokens, const struct token *token, struct numbering *numbering)
{
	const bool intact = tokens_intact(tokens, token);
	struct fleet_mark *mark = &numbering->mark;
	int r;

	if (intact && !fleet_is_own(tokens, token->issuer))
		return 0;
	/* One that only ended by itself may have been given more time since. */
	if (intact && token->revoked_at == 0 && (r = fleet_check_caught_up(tokens, false)) < 0)
		return r;
	r = begin(tokens, numbering);
	/* Nobody can say whether an altered one is ours: who does not have it is told in vain. */
	if (r == 0 && !intact && numbering->ledger.number == 0)
		numbering->issuer = NULL;
	if (r < 0 || !numbering->issuer)
		return r;
	if (!intact && (r = fleet_take_out(
				tokens, &numbering->ledger, token->id.text, token->row_hash)) < 0)
		return r;
	*mark = (struct fleet_mark) { .id = token->id, .kind = FLEET_ROW_DELETED };
	memcpy(mark->issuer, numbering->ledger.issuer, sizeof(mark->issuer));
	if (intact)
		memcpy(mark->row_hash, token->row_hash, sizeof(mark->row_hash));
	fleet_number_mark(&numbering->ledger, mark);
	numbering->has_mark = true;
	return 0;
}

int fleet_number_change(struct tokens *tokens, const struct change *change, bool takes_access,
	struct numbering *ret_numbering)
{
	struct token *token = change->token;
	bool changes;
	int r;

	*ret_numbering = (struct numbering) { 0 };
	if (!token || tokens->policy->issuer[0] == '\0')
		return 0;
	if (change->kind == CHANGE_DELETE)
		return number_deletion(tokens, token, ret_numbering);
	if (!fleet_is_own(tokens, token->issuer) || change->kind == CHANGE_NONE)
		return 0;
	if ((r = terms_change(tokens, change, &changes)) < 0 || !changes)
		return r;
	if ((r = fleet_check_caught_up(tokens, takes_access)) < 0 ||
		(r = begin(tokens, ret_numbering)) < 0)
		return r;
	fleet_number_token(&ret_numbering->ledger, token);
	return 0;
}

int fleet_write_numbering(struct tokens *tokens, const struct numbering *numbering)
{
	struct fleet_ledger ledger = numbering->ledger;
	struct fleet_mark mark = numbering->mark;
	int r = 0;

	if (!numbering->issuer)
		return 0;
	if (numbering->has_mark)
		r = fleet_write_mark(tokens, &mark);
	return r < 0 ? r : fleet_write_ledger(tokens, &ledger);
}

void fleet_numbered(struct tokens *tokens, const struct numbering *numbering)
{
	if (!numbering->issuer)
		return;
	numbering->issuer->ledger = numbering->ledger;
	fleet_tell_changed(tokens, numbering->ledger.number);
}
