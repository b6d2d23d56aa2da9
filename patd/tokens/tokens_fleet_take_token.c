/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A row that is a token: what it changes here, and what this machine knows better. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "patd/crypto/fleet_set.h"
#include "patd/rules/validity.h"
#include "patd/tokens/tokens_fleet_taking.h"

/* --- revocations --- */

/*
 * Whether the issuer knows of what a token is held for, and said so, or restored it after that: a
 * hold is later than the restore that was known when it was made.
 */
static bool ends_hold(const struct fleet_row *row, const struct token *held)
{
	return (row->revoked_at != 0 && row->revoked_until == 0) ||
	       row->restored_at > held->revoked_at;
}

struct holding {
	struct tokens *tokens;
	struct token *token;
};

static int hold_by(const struct fleet_mark *mark, void *userdata)
{
	const struct holding *holding = userdata;

	return fleet_hold(holding->tokens, mark, holding->token);
}

static int revoke_by(const struct fleet_mark *mark, void *userdata)
{
	const struct holding *holding = userdata;

	return fleet_revoke_ours(holding->tokens, mark, holding->token);
}

/* By what other issuers said before the row came.  Our own is revoked by that for good. */
static int heed_marks(struct tokens *tokens, bool own, struct token *token)
{
	struct holding holding = { tokens, token };
	int r = store_list_marks(
		tokens->store, token->id.text, own ? revoke_by : hold_by, &holding);

	return r < 0 ? r : 0;
}

/* --- entries --- */

int fleet_add_entry(struct taking *taking, enum entry_event event, const struct token *token,
	const char *detail, struct taken *taken)
{
	taken->entry =
		fleet_entry(taking->tokens, event, token, taking->issuer->ledger.issuer, detail);
	taken->has_entry = true;
	return history_append(taking->tokens->history, &taken->entry);
}

int fleet_add_entry_of_other(struct taking *taking, enum entry_event event,
	const struct token *token, const char *detail, struct taken *taken)
{
	return taking->quiet ? 0 : fleet_add_entry(taking, event, token, detail, taken);
}

/* What changes access; before NULL: there was none.  False: nothing does. */
static bool event_of(const struct token *before, const struct token *after, uint64_t now,
	enum entry_event *ret_event)
{
	const bool was = before && validity_revoked(before, now);
	const bool is = validity_revoked(after, now);

	if (!before)
		*ret_event = ENTRY_GENERATED;
	else if (is && !was)
		*ret_event = after->revoked_until == 0 ? ENTRY_REVOKED : ENTRY_SUSPENDED;
	else if (was && !is)
		*ret_event = ENTRY_RESTORED;
	else if (after->rotations > before->rotations)
		*ret_event = ENTRY_ROTATED;
	else
		return false;
	return true;
}

/* --- a token --- */

/* 0: it is not revoked. */
static uint64_t revoked_until(uint64_t revoked_at, uint64_t until)
{
	return revoked_at != 0 && until == 0 ? UINT64_MAX : until;
}

/*
 * Also what an issuer that was restored from a backup may have forgotten: whoever restores a token
 * does so at the time when it was revoked, or later.  Of our own also what ends by itself.
 */
static bool stays_revoked(bool own, const struct fleet_row *row, const struct token *before)
{
	const uint64_t until = revoked_until(before->revoked_at, before->revoked_until);

	if (before->held)
		return !ends_hold(row, before);
	return (own || until == UINT64_MAX) && row->restored_at < before->revoked_at &&
	       revoked_until(row->revoked_at, row->revoked_until) < until;
}

/* What this machine knows better than its issuer. */
static void keep_local(const struct taking *taking, const struct fleet_row *row,
	const struct token *before, struct token *token)
{
	/* The secret before was ended here, by a use of the new one. */
	if (row->rotations == before->rotations && before->former_until < row->former_until)
		token->former_until = before->former_until;
	if (!stays_revoked(taking->own, row, before))
		return;
	token->held = !taking->own;
	token->revoked_at = before->revoked_at;
	token->revoked_until = before->revoked_until;
	memcpy(token->revoked_reason, before->revoked_reason, sizeof(token->revoked_reason));
}

/*
 * Our own token has got another secret here, in a life of which the hub does not know: it stays as
 * it is, so that the secret before is not good again.
 */
static bool is_rotated_since(const struct fleet_row *row, const struct token *before)
{
	return row->rotations < before->rotations ||
	       (row->rotations == before->rotations &&
		       memcmp(row->verifier, before->verifier, sizeof(row->verifier)) != 0);
}

bool fleet_row_revokes(const struct fleet_row *row, const struct token *token)
{
	return row->revoked_at > token->restored_at &&
	       revoked_until(row->revoked_at, row->revoked_until) >
		       revoked_until(token->revoked_at, token->revoked_until);
}

/* But for what takes access away. */
static void take_revocation_alone(const struct fleet_row *row, struct token *token)
{
	if (!fleet_row_revokes(row, token))
		return;
	token->revoked_at = row->revoked_at;
	token->revoked_until = row->revoked_until;
	memcpy(token->revoked_reason, row->revoked_reason, sizeof(token->revoked_reason));
}

/* before NULL: there was none. */
static void make_token(
	const struct taking *taking, size_t at, const struct token *before, struct token *ret)
{
	if (before)
		*ret = *before;
	else
		*ret = (struct token) { .uid = TOKEN_UID_ANY };
	if (before && taking->own &&
		(taking->revokes_alone || is_rotated_since(&taking->rows[at], before))) {
		take_revocation_alone(&taking->rows[at], ret);
		return;
	}
	ret->held = false;
	fleet_row_apply(&taking->rows[at], ret);
	memcpy(ret->row_hash, taking->hashes[at], sizeof(ret->row_hash));
	if (before)
		keep_local(taking, &taking->rows[at], before, ret);
}

/* Of our own, what the hub does not have so: it takes the next number. */
static void settle_own(struct taking *taking, size_t at, struct token *token)
{
	struct fleet_row *row = &taking->rows[at];
	uint8_t bytes[FLEET_SIGNED_MAX];
	struct fleet_row kept;

	fleet_row_of(token, &kept);
	fleet_row_hash(bytes, fleet_row_write(&kept, bytes), token->row_hash);
	if (memcmp(token->row_hash, taking->hashes[at], sizeof(token->row_hash)) == 0)
		return;
	if (row->number < taking->ledger.number)
		row->number = taking->ledger.number;
	kept.number = token->number = ++row->number;
	fleet_row_hash(bytes, fleet_row_write(&kept, bytes), token->row_hash);
	memcpy(taking->hashes[at], token->row_hash, sizeof(taking->hashes[at]));
}

/*
 * Its user has another token of that name of the same issuer: of a user there who has the same
 * name and another uid, or one that is about to change its name.
 */
static void rename_apart(struct token *token)
{
	char name[sizeof(token->name) - PAT_ID_LEN - 1];

	pat_text_cut(name, sizeof(name), PAT_NAME_MAX - PAT_ID_LEN - 1, token->name);
	(void)snprintf(token->name, sizeof(token->name), "%s~%s", name, token->id.text);
}

static int write_token(
	struct taking *taking, size_t at, const struct kept_row *kept, struct token *token)
{
	struct tokens *tokens = taking->tokens;
	const bool rotated =
		kept->has_token && !kept->altered && token->rotations > kept->token.rotations;
	int r;

	if (taking->own)
		settle_own(taking, at, token);
	key_row_mac(tokens->key, token, token->mac);
	if (!kept->has_token)
		r = store_insert(tokens->store, token);
	else
		r = rotated ? store_rotate(tokens->store, token)
			    : store_update(tokens->store, token);
	return r < 0 ? r : tokens_kept(tokens, token);
}

static int write_named(
	struct taking *taking, size_t at, const struct kept_row *kept, struct token *token)
{
	int r = write_token(taking, at, kept, token);

	if (r != -EEXIST)
		return r;
	rename_apart(token);
	return write_token(taking, at, kept, token);
}

int fleet_take_token(struct taking *taking, size_t at, const struct kept_row *kept)
{
	const struct token *before = kept->own_token && !kept->altered ? &kept->token : NULL;
	struct tokens *tokens = taking->tokens;
	struct taken *taken = &taking->taken[at];
	struct token *token = &taken->token;
	enum entry_event event;
	int r;

	make_token(taking, at, before, token);
	r = heed_marks(tokens, taking->own, token);
	if (r == 0 && (kept->has_mark || kept->altered_mark))
		r = store_remove_mark(tokens->store, token->issuer, token->id.text);
	if (r == 0)
		r = write_named(taking, at, kept, token);
	if (r < 0)
		return r;
	taken->event = before ? TOKEN_CHANGED : TOKEN_GENERATED;
	if (!event_of(before, token, taking->now, &event))
		return 0;
	taken->ends_sessions = event == ENTRY_REVOKED || event == ENTRY_SUSPENDED ||
			       (event == ENTRY_ROTATED && token->former_until <= taking->now);
	taken->spares_sessions = event == ENTRY_RESTORED;
	return fleet_add_entry_of_other(
		taking, event, token, taken->ends_sessions ? token->revoked_reason : "", taken);
}
