/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows of an issuer, taken into the database: all of a message, or none. */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "patd/crypto/fleet_set.h"
#include "patd/tokens/tokens_fleet_taking.h"
#include "patd/tokens/uses.h"
#include "patd/util/log.h"

/* --- what is kept of a row --- */

static int load_kept(struct tokens *tokens, const struct fleet_row *row, struct kept_row *ret)
{
	static const uint8_t none[FLEET_HASH_LEN];
	int r = uses_get(tokens, row->id.text, &ret->token);

	ret->number = 0;
	ret->row_hash = none;
	ret->has_token = r == 0 || r == -EBADMSG;
	ret->altered = r == -EBADMSG || (r == 0 && !tokens_intact(tokens, &ret->token));
	ret->own_token = ret->has_token && strcmp(ret->token.issuer, row->issuer) == 0;
	if (r < 0 && r != -EBADMSG && r != -ENOENT)
		return r;
	r = store_get_mark(tokens->store, row->issuer, row->id.text, &ret->mark);
	ret->has_mark = r == 0 && fleet_mark_intact(tokens, &ret->mark);
	ret->altered_mark = !ret->has_mark && (r == 0 || r == -EBADMSG);
	if (r < 0 && r != -EBADMSG && r != -ENOENT)
		return r;
	if (ret->has_mark) {
		ret->number = ret->mark.number;
		ret->row_hash = ret->mark.row_hash;
	} else if (ret->own_token && !ret->altered) {
		ret->number = ret->token.number;
		ret->row_hash = ret->token.row_hash;
	}
	return 0;
}

static int refuse_row(struct taking *taking, const struct fleet_row *row, const char *why)
{
	if (fleet_logs_refusal(taking->tokens, taking->issuer))
		log_error(
			"row %llu of the issuer %s, of token %s, is refused with those that came with "
			"it: %s",
			(unsigned long long)row->number, row->issuer, row->id.text, why);
	return -EBADMSG;
}

static int check_row(
	struct taking *taking, const struct fleet_row *row, const struct kept_row *kept)
{
	if (row->kind == FLEET_ROW_TOKEN && kept->has_token && !kept->own_token && !kept->altered)
		return refuse_row(taking, row,
			"its id is that of a token of another issuer, or of this "
			"machine");
	if (row->kind == FLEET_ROW_REVOCATION && kept->own_token)
		return refuse_row(taking, row, "it is of a token of its own");
	return 0;
}

/* --- all of them --- */

/*
 * A row of our own that is not known here takes the next number if its own was given since: the hub
 * gets it anew then.
 */
static void number_own(struct taking *taking, size_t at)
{
	struct fleet_row *row = &taking->rows[at];
	uint8_t bytes[FLEET_SIGNED_MAX];

	if (!taking->own || row->number > taking->ledger.number)
		return;
	row->number = taking->ledger.number + 1;
	fleet_row_hash(bytes, fleet_row_write(row, bytes), taking->hashes[at]);
}

/* It is what is kept. */
static bool is_kept(const struct taking *taking, size_t at, const struct kept_row *kept)
{
	return taking->rows[at].kind != FLEET_ROW_DELETED &&
	       memcmp(taking->hashes[at], kept->row_hash, FLEET_HASH_LEN) == 0;
}

/* What a row says that is not known here. */
enum news {
	NEWS_NONE,
	NEWS_REVOKED, /* nothing else of it counts */
	NEWS_ALL
};

/* A token as it was before the restore, which the hub did not show when all of it was read. */
static bool is_of_former_life(const struct taking *taking, const struct fleet_row *row)
{
	return taking->own && taking->returned.generation == 0 && row->kind == FLEET_ROW_TOKEN &&
	       row->number <= taking->returned.life;
}

/* Whatever its number is, this counts. */
static enum news news_of_access(const struct fleet_row *row, const struct kept_row *kept)
{
	if (!kept->own_token)
		return NEWS_NONE;
	if (row->kind == FLEET_ROW_DELETED)
		return NEWS_ALL;
	return row->kind == FLEET_ROW_TOKEN && fleet_row_revokes(row, &kept->token) ? NEWS_REVOKED
										    : NEWS_NONE;
}

/*
 * The later version has the higher number.  But while we are behind, the hub has what was signed in
 * a life after the backup, and what we signed since may have the same numbers: all that is above
 * the latest of the backup is later than that.  After that, nothing of that life is later.
 */
static enum news news_of_own(const struct taking *taking, size_t at, const struct kept_row *kept)
{
	const struct fleet_row *row = &taking->rows[at];
	const struct fleet_return *returned = &taking->returned;
	const bool changed = returned->generation != 0 && kept->number > returned->latest;
	const uint64_t latest = changed && !kept->has_mark ? returned->latest : kept->number;

	if (is_kept(taking, at, kept))
		return NEWS_NONE;
	if (row->number > latest && (!is_of_former_life(taking, row) || !kept->has_token))
		return NEWS_ALL;
	return news_of_access(row, kept);
}

static enum news news_of(const struct taking *taking, size_t at, const struct kept_row *kept)
{
	if (taking->own)
		return kept->altered || kept->altered_mark ? NEWS_ALL
							   : news_of_own(taking, at, kept);
	return !taking->issuer->anew && taking->rows[at].number <= taking->ledger.number ? NEWS_NONE
											 : NEWS_ALL;
}

/* A token of our own that was deleted here, before the hub was asked, comes back from nowhere. */
static bool is_deleted(const struct fleet_row *row, const struct kept_row *kept)
{
	return row->kind != FLEET_ROW_DELETED && kept->has_mark &&
	       kept->mark.kind == FLEET_ROW_DELETED;
}

/* It was lost in the restore, and the hub has shown it too late. */
static bool is_lost(
	const struct taking *taking, const struct fleet_row *row, const struct kept_row *kept)
{
	return is_of_former_life(taking, row) && !kept->has_token && !kept->has_mark;
}

/* The hub gets that it was deleted. */
static int keep_deleted(
	struct taking *taking, const struct fleet_row *row, const struct kept_row *kept)
{
	struct fleet_mark mark = { .id = row->id, .kind = FLEET_ROW_DELETED };

	if (kept->has_mark)
		mark = kept->mark;
	memcpy(mark.issuer, taking->ledger.issuer, sizeof(mark.issuer));
	if (taking->ledger.number < row->number)
		taking->ledger.number = row->number;
	fleet_number_mark(&taking->ledger, &mark);
	return fleet_write_mark(taking->tokens, &mark);
}

static void replace_in_set(struct taking *taking, size_t at, const struct kept_row *kept)
{
	const struct fleet_row *row = &taking->rows[at];
	struct taken *taken = &taking->taken[at];

	taken->changed = true;
	memset(taken->now, 0, sizeof(taken->now));
	if (row->kind != FLEET_ROW_DELETED)
		memcpy(taken->now, taking->hashes[at], sizeof(taken->now));
	fleet_set_remove(taking->ledger.rows, kept->row_hash);
	fleet_set_add(taking->ledger.rows, taken->now);
}

static int take_row(struct taking *taking, size_t at)
{
	static int (*const take[])(
		struct taking * taking, size_t at, const struct kept_row *kept) = {
		[FLEET_ROW_TOKEN] = fleet_take_token,
		[FLEET_ROW_DELETED] = fleet_take_deletion,
		[FLEET_ROW_REVOCATION] = fleet_take_revocation,
	};
	struct taken *taken = &taking->taken[at];
	struct fleet_row *row = &taking->rows[at];
	struct kept_row kept;
	enum news news;
	int r = load_kept(taking->tokens, row, &kept);

	if (r < 0)
		return r;
	memset(taken, 0, sizeof(*taken));
	memcpy(taken->before, kept.row_hash, sizeof(taken->before));
	memcpy(taken->now, kept.row_hash, sizeof(taken->now));
	news = news_of(taking, at, &kept);
	if (news == NEWS_NONE)
		return 0;
	if (taking->own && (kept.altered || kept.altered_mark)) {
		if (row->number > taking->ledger.number)
			taking->ledger.number = row->number;
		return 0;
	}
	if (taking->own && (is_deleted(row, &kept) || is_lost(taking, row, &kept)))
		return keep_deleted(taking, row, &kept);
	taking->revokes_alone = news == NEWS_REVOKED;
	if (news == NEWS_ALL)
		number_own(taking, at);
	if (!is_kept(taking, at, &kept)) {
		if ((r = check_row(taking, row, &kept)) < 0 ||
			(r = take[row->kind](taking, at, &kept)) < 0)
			return r;
		replace_in_set(taking, at, &kept);
	}
	if (row->number > taking->ledger.number)
		taking->ledger.number = row->number;
	return 0;
}

static bool has_revoked_ours(const struct taking *taking)
{
	return taking->ours && taking->our_ledger.number != taking->ours->ledger.number;
}

/*
 * Whether they are not to be believed before one comes: put anew, there may be earlier versions of
 * what is kept among them; and of another key nobody can say later which rows it has signed.
 */
static bool needs_heartbeat(const struct taking *taking)
{
	bool changed = false;

	for (size_t i = 0; i < taking->n; i++)
		changed |= taking->taken[i].changed;
	return taking->issuer->anew || (taking->other_key && changed);
}

static int take_all(void *userdata)
{
	struct taking *taking = userdata;
	struct tokens *tokens = taking->tokens;
	int r = 0;

	taking->ledger = taking->issuer->ledger;
	if (taking->ours)
		taking->our_ledger = taking->ours->ledger;
	for (size_t i = 0; i < taking->n && r == 0; i++)
		r = take_row(taking, i);
	if (needs_heartbeat(taking))
		taking->ledger.complete = false;
	if (r == 0 && taking->generation != 0)
		r = meta_set_number(tokens->database, META_FLEET_KEY, taking->generation);
	if (r == 0)
		r = fleet_write_ledger(tokens, &taking->ledger);
	if (r == 0 && has_revoked_ours(taking))
		r = fleet_write_ledger(tokens, &taking->our_ledger);
	return r < 0 ? r : meta_set_number(tokens->database, META_TIME, taking->now);
}

/* Without memory for it, they are not being put anew any more, and are not complete. */
static int note_anew(struct taking *taking)
{
	struct put_anew *anew = taking->issuer->anew;

	for (size_t i = 0; anew && i < taking->n; i++) {
		const struct pat_id *id = &taking->rows[i].id;
		const struct taken *taken = &taking->taken[i];

		if (id_set_has(anew->ids, id))
			fleet_set_remove(anew->rows, taken->before);
		else if (id_set_add(anew->ids, id) < 0)
			return -ENOMEM;
		fleet_set_add(anew->rows, taken->now);
	}
	return 0;
}

static void end_sessions(struct taking *taking, const struct taken *taken)
{
	struct tokens *tokens = taking->tokens;

	if (taken->spares_sessions)
		tokens_spare_sessions(tokens, &taken->token.id, NULL);
	if (taken->ends_sessions && tokens->policy->revoke_ends_sessions)
		tokens_end_sessions_of(tokens, &tokens_patd, &taken->token.id);
}

static void tell(struct taking *taking, size_t at)
{
	struct tokens *tokens = taking->tokens;
	const struct taken *taken = &taking->taken[at];

	if (!taken->changed)
		return;
	if (taken->has_entry)
		tokens_notify_entry(tokens, &taken->entry);
	if (taken->token.id.text[0] != '\0') {
		uses_forget(tokens, &taken->token.id);
		tokens_notify(tokens, taken->event, &taken->token);
		end_sessions(taking, taken);
	}
}

static void tell_ours(struct taking *taking)
{
	if (!has_revoked_ours(taking))
		return;
	taking->ours->ledger = taking->our_ledger;
	fleet_tell_changed(taking->tokens, taking->our_ledger.number);
}

/* Such rows are taken also on a full disk. */
static bool takes_access(const struct taking *taking)
{
	for (size_t i = 0; i < taking->n; i++)
		if (taking->rows[i].kind != FLEET_ROW_TOKEN || taking->rows[i].revoked_at != 0)
			return true;
	return false;
}

static int take(struct taking *taking)
{
	struct tokens *tokens = taking->tokens;
	const bool takes = takes_access(taking);
	int r;

	taking->now = clock_now(tokens->clock);
	taking->quiet =
		(taking->own ? taking->issuer->ledger.number : taking->issuer->ledger.beat_at) == 0;
	r = tokens_check_disk(tokens, takes);
	if (r < 0)
		return r;
	/* As in tokens_commit(). */
	tokens_commit_usage(tokens);
	(void)uses_flush(tokens, NULL);
	r = transaction_run(tokens->database, takes, take_all, taking);
	if (r < 0)
		return r;
	tokens->time_stored = taking->now;
	tokens->pending_time = 0;
	taking->issuer->ledger = taking->ledger;
	if (note_anew(taking) < 0) {
		put_anew_free(taking->issuer->anew);
		taking->issuer->anew = NULL;
	}
	for (size_t i = 0; i < taking->n; i++)
		tell(taking, i);
	tell_ours(taking);
	return 0;
}

/* --- what was signed --- */

/* Of rows that the loop and a thread look at together. */
struct reading {
	struct taking *taking;
	const struct signed_bytes *bytes;
	size_t *keys;          /* of each row: which of the issuer's has signed it */
	atomic_size_t key;     /* of a row: that of others, most likely */
	atomic_size_t n;       /* of them are good */
	atomic_bool unsigned_; /* one is; the others need no look */
};

static void read_row(size_t at, void *userdata)
{
	struct reading *reading = userdata;
	struct taking *taking = reading->taking;
	const struct signed_bytes *bytes = &reading->bytes[at];
	size_t key = reading->key;

	if (reading->unsigned_)
		return;
	if (!fleet_is_signed_by(taking->tokens, taking->trusted, bytes, &key)) {
		reading->unsigned_ = true;
		return;
	}
	reading->key = reading->keys[at] = key;
	fleet_row_hash(bytes->bytes, bytes->len - FLEET_SIGNATURE_LEN, taking->hashes[at]);
	if (fleet_row_read(bytes->bytes, bytes->len, &taking->rows[at]) &&
		strcmp(taking->rows[at].issuer, taking->issuer->ledger.issuer) == 0)
		reading->n++;
}

static int check_read(const struct reading *reading)
{
	const struct taking *taking = reading->taking;

	if (!reading->unsigned_ && reading->n == taking->n)
		return 0;
	if (reading->unsigned_ && !taking->own)
		fleet_log_unsigned(taking->tokens, taking->issuer, "a row");
	else if (!fleet_logs_refusal(taking->tokens, taking->issuer))
		return -EBADMSG;
	else if (reading->unsigned_)
		log_notice("a row that the hub has of this issuer is ignored: it is signed with a "
			   "former key, or by another");
	else
		log_warning("the issuer %s has signed what is no row of it, which is ignored",
			taking->issuer->ledger.issuer);
	return -EBADMSG;
}

static int note_keys(struct taking *taking, const size_t *keys)
{
	size_t latest = 0;

	for (size_t i = 0; i < taking->n; i++) {
		if (keys[i] > latest)
			latest = keys[i];
		taking->other_key |=
			taking->trusted && strcmp(taking->trusted->keys[keys[i]].id,
						   taking->issuer->ledger.beat_key) != 0;
	}
	if (taking->own)
		return fleet_generation_of(taking->tokens, latest, &taking->generation);
	return 0;
}

/* Each is looked at before anything is written. */
static int read_rows(struct taking *taking, const struct signed_bytes *bytes)
{
	cleanup_free size_t *keys = calloc(taking->n + 1, sizeof(*keys));
	struct reading reading = { .taking = taking, .bytes = bytes, .keys = keys };
	int r;

	if (!keys)
		return -ENOMEM;
	/* Our own keys are in the database. */
	beside_run(
		taking->own ? NULL : fleet_beside(taking->tokens), read_row, taking->n, &reading);
	r = check_read(&reading);
	return r < 0 ? r : note_keys(taking, keys);
}

static int put_rows(struct taking *taking, const char *issuer, const struct signed_bytes *bytes)
{
	struct tokens *tokens = taking->tokens;
	int r;

	if (!taking->rows || !taking->taken || !taking->hashes)
		return -ENOMEM;
	if (!taking->own && tokens->policy->issuer[0] != '\0' &&
		(r = fleet_issuer(tokens, tokens->policy->issuer, &taking->ours)) < 0)
		return r;
	if (taking->own && (r = fleet_return_load(tokens, &taking->returned)) < 0)
		return r;
	if ((r = fleet_issuer(tokens, issuer, &taking->issuer)) < 0 ||
		(r = read_rows(taking, bytes)) < 0)
		return r;
	return taking->n == 0 ? 0 : take(taking);
}

int tokens_fleet_put_rows(
	struct tokens *tokens, const char *issuer, const struct signed_bytes *rows, size_t n)
{
	struct taking taking = {
		.tokens = tokens,
		.own = fleet_is_own(tokens, issuer),
		.n = n,
	};
	int r;

	if (!taking.own)
		taking.trusted = policy_issuer(tokens->policy, issuer);
	if (!taking.own && !taking.trusted)
		return -ENOENT;
	taking.rows = calloc(n + 1, sizeof(taking.rows[0]));
	taking.hashes = calloc(n + 1, sizeof(taking.hashes[0]));
	taking.taken = calloc(n + 1, sizeof(taking.taken[0]));
	r = put_rows(&taking, issuer, rows);
	free(taking.rows);
	free(taking.hashes);
	free(taking.taken);
	return r;
}
