/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A row that is no token: a deletion, or what an issuer says of another's token. */
#include <errno.h>
#include <string.h>

#include "patd/rules/validity.h"
#include "patd/tokens/tokens_fleet_taking.h"

static int write_mark(struct taking *taking, size_t at)
{
	const struct fleet_row *row = &taking->rows[at];
	struct fleet_mark mark = {
		.id = row->id,
		.number = row->number,
		.kind = row->kind,
		.revoked_at = row->revoked_at,
	};

	memcpy(mark.issuer, row->issuer, sizeof(mark.issuer));
	memcpy(mark.revoked_reason, row->revoked_reason, sizeof(mark.revoked_reason));
	if (row->kind == FLEET_ROW_REVOCATION)
		memcpy(mark.row_hash, taking->hashes[at], sizeof(mark.row_hash));
	return fleet_write_mark(taking->tokens, &mark);
}

/* An issuer keeps it, for whoever has the token; a member has no more use for it. */
static int note_deletion(struct taking *taking, size_t at, const struct kept_row *kept)
{
	const struct fleet_row *row = &taking->rows[at];

	if (taking->own)
		return write_mark(taking, at);
	return kept->has_mark || kept->altered_mark
		       ? store_remove_mark(taking->tokens->store, row->issuer, row->id.text)
		       : 0;
}

int fleet_take_deletion(struct taking *taking, size_t at, const struct kept_row *kept)
{
	struct tokens *tokens = taking->tokens;
	struct taken *taken = &taking->taken[at];
	int r = note_deletion(taking, at, kept);

	if (r < 0 || !kept->has_token || !kept->own_token)
		return r;
	if ((r = history_forget(tokens->history, kept->token.id.text)) < 0 ||
		(r = store_delete(tokens->store, kept->token.id.text)) < 0)
		return r;
	taken->token = kept->token;
	taken->event = TOKEN_DELETED;
	taken->ends_sessions = !validity_revoked(&kept->token, taking->now);
	return fleet_add_entry_of_other(taking, ENTRY_DELETED, &kept->token, "", taken);
}

/* A token of ours that another issuer has revoked: with its row we sign that. */
static int revoke_ours(struct taking *taking, const struct fleet_row *row,
	const struct kept_row *kept, struct taken *taken)
{
	const bool usable = !tokens_reason_problem(row->revoked_reason);
	const struct revocation revocation = { .reason = usable ? row->revoked_reason : NULL };
	struct tokens *tokens = taking->tokens;
	struct token token = kept->token;
	int r;

	if (row->revoked_at <= token.restored_at ||
		!tokens_apply_revocation(&revocation, taking->now, &token))
		return 0;
	fleet_number_token(&taking->our_ledger, &token);
	key_row_mac(tokens->key, &token, token.mac);
	if ((r = store_update(tokens->store, &token)) < 0 || (r = tokens_kept(tokens, &token)) < 0)
		return r;
	taken->token = token;
	taken->event = TOKEN_CHANGED;
	taken->ends_sessions = true;
	return fleet_add_entry(taking, ENTRY_REVOKED, &token, token.revoked_reason, taken);
}

int fleet_take_revocation(struct taking *taking, size_t at, const struct kept_row *kept)
{
	struct tokens *tokens = taking->tokens;
	struct taken *taken = &taking->taken[at];
	struct token token = kept->token;
	struct fleet_mark mark;
	int r = write_mark(taking, at);

	if (r < 0 || !kept->has_token || kept->altered)
		return r;
	if (taking->ours && fleet_is_own(tokens, token.issuer))
		return revoke_ours(taking, &taking->rows[at], kept, taken);
	r = store_get_mark(tokens->store, taking->ledger.issuer, token.id.text, &mark);
	if (r < 0 || !fleet_hold(tokens, &mark, &token))
		return r;
	key_row_mac(tokens->key, &token, token.mac);
	if ((r = store_update(tokens->store, &token)) < 0 || (r = tokens_kept(tokens, &token)) < 0)
		return r;
	taken->token = token;
	taken->event = TOKEN_CHANGED;
	taken->ends_sessions = true;
	return fleet_add_entry_of_other(taking, ENTRY_REVOKED, &token, token.revoked_reason, taken);
}
