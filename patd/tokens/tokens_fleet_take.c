/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows of an issuer, taken into the database: all of a message, or none. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "patd/rules/validity.h"
#include "patd/tokens/tokens_fleet_private.h"
#include "patd/tokens/uses.h"
#include "patd/util/log.h"

/* What has become of one row. */
struct taken {
	bool changed; /* else it is as old as what is kept, or older */
	enum token_event event;
	struct token token; /* id "": there is none that it changes */
	bool ends_sessions, spares_sessions;
	bool has_entry;
	struct entry entry;
	uint64_t before, now; /* the version that was kept, 0: none; and the one that is */
};

struct taking {
	struct tokens *tokens;
	struct kept_issuer *issuer;
	bool own;   /* it is us */
	bool quiet; /* no entries: all is new here */
	struct fleet_row *rows;
	const struct issuer *trusted;
	size_t *keys; /* which has signed each row */
	size_t n;
	uint64_t now;
	uint64_t generation;      /* of our own key that is the latest; 0: it stays */
	struct kept_issuer *ours; /* NULL: we are no issuer, or it is us */
	bool miscounted;          /* a row that was altered was among those that were added up */
	/* What there will be. */
	struct fleet_ledger ledger, our_ledger;
	struct taken *taken;
};

/* --- what is kept of a row --- */

struct kept {
	bool has_token, altered; /* altered: also where it cannot be read */
	struct token token;      /* of that id, whoever's it is */
	bool own_token;          /* it is the issuer's */
	bool has_mark, altered_mark;
	struct fleet_mark mark;
	uint64_t number, version; /* 0: nothing that counts */
};

/* In which epoch a row of the present one is kept: we sign all of ours in the present one. */
static uint64_t kept_epoch(const struct taking *taking)
{
	return taking->own ? 0 : taking->ledger.epoch;
}

/* What was signed in an earlier epoch counts for nothing: its numbers were given anew. */
static int load_kept(struct taking *taking, const struct fleet_row *row, struct kept *ret)
{
	struct tokens *tokens = taking->tokens;
	int r = uses_get(tokens, row->id.text, &ret->token);

	ret->number = ret->version = 0;
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
	if (ret->has_mark && ret->mark.epoch == kept_epoch(taking)) {
		ret->number = ret->mark.number;
		ret->version = ret->mark.version;
	} else if (!ret->has_mark && ret->own_token && !ret->altered &&
		   ret->token.epoch == kept_epoch(taking)) {
		ret->number = ret->token.number;
		ret->version = ret->token.version;
	}
	return 0;
}

static int refuse_row(const struct fleet_row *row, const char *why)
{
	log_error("row %llu of the issuer %s, of token %s, is refused with those that came with "
		  "it: %s",
		(unsigned long long)row->number, row->issuer, row->id.text, why);
	return -EBADMSG;
}

static const char restored_without_hub[] =
	"another version has its number, as after a restore of the issuer from a backup without "
	"its hub: see patd-fleet(8)";

/* The same number for two of its rows. */
static int check_number(struct taking *taking, const struct fleet_row *row)
{
	struct numbered other = { 0 };
	int r = store_find_number(
		taking->tokens->store, row->issuer, kept_epoch(taking), row->number, &other);

	if (r == -ENOENT || (r == 0 && strcmp(other.id.text, row->id.text) == 0))
		return 0;
	return r < 0 ? r : refuse_row(row, restored_without_hub);
}

/* What this machine has made of the row apart from what its issuer said. */
static void without_local(
	const struct kept *kept, const struct fleet_row *row, struct fleet_row *said)
{
	const size_t named = strcspn(kept->token.name, "~");

	said->epoch = row->epoch;
	said->former_until = row->former_until;
	if (kept->token.held) {
		said->revoked_at = row->revoked_at;
		said->revoked_until = row->revoked_until;
		memcpy(said->revoked_reason, row->revoked_reason, sizeof(said->revoked_reason));
	}
	/* See rename_apart(). */
	if (kept->token.name[named] != '\0' && strncmp(kept->token.name, row->name, named) == 0)
		memcpy(said->name, row->name, sizeof(said->name));
}

/* Whether a row with the number of what is kept says the same. */
static bool says_the_same(const struct kept *kept, const struct fleet_row *row)
{
	uint8_t kepts[FLEET_SIGNED_MAX], rows[FLEET_SIGNED_MAX];
	const struct fleet_mark *mark = &kept->mark;
	struct fleet_row said;
	size_t len;

	if (kept->has_mark)
		return row->kind == mark->kind && row->version == mark->version &&
		       row->revoked_at == mark->revoked_at &&
		       strcmp(row->revoked_reason, mark->revoked_reason) == 0;
	fleet_row_of(&kept->token, &said);
	without_local(kept, row, &said);
	len = fleet_row_write(&said, kepts);
	return fleet_row_write(row, rows) == len && memcmp(kepts, rows, len) == 0;
}

static int check_row(struct taking *taking, const struct fleet_row *row, const struct kept *kept)
{
	if (row->version <= kept->version)
		return refuse_row(row, "its version is not later than the one that is kept");
	if (row->version - kept->version > INT64_MAX - taking->ledger.versions)
		return refuse_row(row, "the versions would add up to more than there can be");
	if (row->kind == FLEET_ROW_TOKEN && kept->has_token && !kept->own_token && !kept->altered)
		return refuse_row(row, "its id is that of a token of another issuer, or of this "
				       "machine");
	return check_number(taking, row);
}

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

/* By what other issuers said before the row came. */
static int hold_by_marks(struct tokens *tokens, struct token *token)
{
	struct holding holding = { tokens, token };
	int r = store_list_marks(tokens->store, token->id.text, hold_by, &holding);

	return r < 0 ? r : 0;
}

/* --- entries --- */

static int add_entry(struct taking *taking, enum entry_event event, const struct token *token,
	const char *detail, struct taken *taken)
{
	taken->entry =
		fleet_entry(taking->tokens, event, token, taking->issuer->ledger.issuer, detail);
	taken->has_entry = true;
	return history_append(taking->tokens->history, &taken->entry);
}

static int add_entry_of_other(struct taking *taking, enum entry_event event,
	const struct token *token, const char *detail, struct taken *taken)
{
	return taking->quiet ? 0 : add_entry(taking, event, token, detail, taken);
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

/* Also what an issuer that was restored from a backup may have forgotten. */
static bool stays_revoked(
	const struct taking *taking, const struct fleet_row *row, const struct token *before)
{
	const bool forgotten = !taking->own && before->epoch != row->epoch &&
			       before->revoked_at != 0 && before->revoked_until == 0;

	return (before->held || forgotten) && !ends_hold(row, before);
}

/* What this machine knows better than its issuer. */
static void keep_local(const struct taking *taking, const struct fleet_row *row,
	const struct token *before, struct token *token)
{
	/* The secret before was ended here, by a use of the new one. */
	if (row->rotations == before->rotations && before->former_until < row->former_until)
		token->former_until = before->former_until;
	if (!stays_revoked(taking, row, before))
		return;
	token->held = true;
	token->revoked_at = before->revoked_at;
	token->revoked_until = before->revoked_until;
	memcpy(token->revoked_reason, before->revoked_reason, sizeof(token->revoked_reason));
}

/* before NULL: there was none. */
static void make_token(
	const struct taking *taking, size_t at, const struct token *before, struct token *ret)
{
	if (before)
		*ret = *before;
	else
		*ret = (struct token) { .uid = TOKEN_UID_ANY };
	ret->held = false;
	fleet_row_apply(&taking->rows[at], ret);
	ret->epoch = kept_epoch(taking);
	memset(ret->issuer_key, 0, sizeof(ret->issuer_key));
	if (taking->trusted)
		pat_field_cut(ret->issuer_key, sizeof(ret->issuer_key),
			taking->trusted->keys[taking->keys[at]].id);
	if (before)
		keep_local(taking, &taking->rows[at], before, ret);
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

static int write_token(struct tokens *tokens, const struct kept *kept, struct token *token)
{
	const bool rotated =
		kept->has_token && !kept->altered && token->rotations > kept->token.rotations;
	int r;

	key_row_mac(tokens->key, token, token->mac);
	if (!kept->has_token)
		r = store_insert(tokens->store, token);
	else
		r = rotated ? store_rotate(tokens->store, token)
			    : store_update(tokens->store, token);
	return r < 0 ? r : tokens_kept(tokens, token);
}

static int write_named(struct tokens *tokens, const struct kept *kept, struct token *token)
{
	int r = write_token(tokens, kept, token);

	if (r != -EEXIST)
		return r;
	rename_apart(token);
	return write_token(tokens, kept, token);
}

static int take_token(struct taking *taking, size_t at, const struct kept *kept)
{
	const struct token *before = kept->own_token && !kept->altered ? &kept->token : NULL;
	struct tokens *tokens = taking->tokens;
	struct taken *taken = &taking->taken[at];
	struct token *token = &taken->token;
	enum entry_event event;
	int r = 0;

	make_token(taking, at, before, token);
	if (!taking->own)
		r = hold_by_marks(tokens, token);
	if (r == 0 && (kept->has_mark || kept->altered_mark))
		r = store_remove_mark(tokens->store, token->issuer, token->id.text);
	if (r == 0)
		r = write_named(tokens, kept, token);
	if (r < 0)
		return r;
	taken->event = before ? TOKEN_CHANGED : TOKEN_GENERATED;
	if (!event_of(before, token, taking->now, &event))
		return 0;
	taken->ends_sessions = event == ENTRY_REVOKED || event == ENTRY_SUSPENDED ||
			       (event == ENTRY_ROTATED && token->former_until <= taking->now);
	taken->spares_sessions = event == ENTRY_RESTORED;
	return add_entry_of_other(
		taking, event, token, taken->ends_sessions ? token->revoked_reason : "", taken);
}

/* --- a row that is no token --- */

static int write_mark(struct taking *taking, const struct fleet_row *row)
{
	struct fleet_mark mark = {
		.id = row->id,
		.epoch = kept_epoch(taking),
		.number = row->number,
		.version = row->version,
		.kind = row->kind,
		.revoked_at = row->revoked_at,
	};

	memcpy(mark.issuer, row->issuer, sizeof(mark.issuer));
	memcpy(mark.revoked_reason, row->revoked_reason, sizeof(mark.revoked_reason));
	return fleet_write_mark(taking->tokens, &mark);
}

static int take_deletion(struct taking *taking, size_t at, const struct kept *kept)
{
	struct tokens *tokens = taking->tokens;
	struct taken *taken = &taking->taken[at];
	int r = write_mark(taking, &taking->rows[at]);

	if (r < 0 || !kept->has_token || !kept->own_token)
		return r;
	if ((r = history_forget(tokens->history, kept->token.id.text)) < 0 ||
		(r = store_delete(tokens->store, kept->token.id.text)) < 0)
		return r;
	taken->token = kept->token;
	taken->event = TOKEN_DELETED;
	taken->ends_sessions = !validity_revoked(&kept->token, taking->now);
	return add_entry_of_other(taking, ENTRY_DELETED, &kept->token, "", taken);
}

/* A token of ours that another issuer has revoked: with its row we sign that. */
static int revoke_ours(struct taking *taking, const struct fleet_row *row, const struct kept *kept,
	struct taken *taken)
{
	const bool usable = !tokens_reason_problem(row->revoked_reason);
	const struct revocation revocation = { .reason = usable ? row->revoked_reason : NULL };
	struct tokens *tokens = taking->tokens;
	struct token token = kept->token;
	int r;

	if (row->revoked_at <= token.restored_at ||
		!tokens_apply_revocation(&revocation, taking->now, &token))
		return 0;
	token.number = ++taking->our_ledger.number;
	token.version++;
	taking->our_ledger.versions++;
	key_row_mac(tokens->key, &token, token.mac);
	if ((r = store_update(tokens->store, &token)) < 0 || (r = tokens_kept(tokens, &token)) < 0)
		return r;
	taken->token = token;
	taken->event = TOKEN_CHANGED;
	taken->ends_sessions = true;
	return add_entry(taking, ENTRY_REVOKED, &token, token.revoked_reason, taken);
}

static int take_revocation(struct taking *taking, size_t at, const struct kept *kept)
{
	struct tokens *tokens = taking->tokens;
	struct taken *taken = &taking->taken[at];
	struct token token = kept->token;
	struct fleet_mark mark;
	int r = write_mark(taking, &taking->rows[at]);

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
	return add_entry_of_other(taking, ENTRY_REVOKED, &token, token.revoked_reason, taken);
}

/* --- all of them --- */

/* Our own go on with the numbers that they have. */
static void begin_epoch(struct taking *taking, uint64_t epoch)
{
	if (!taking->own)
		fleet_begin_epoch(&taking->ledger, epoch);
	taking->ledger.epoch = epoch;
}

static int take_row(struct taking *taking, size_t at)
{
	static int (*const take[])(struct taking * taking, size_t at, const struct kept *kept) = {
		[FLEET_ROW_TOKEN] = take_token,
		[FLEET_ROW_DELETED] = take_deletion,
		[FLEET_ROW_REVOCATION] = take_revocation,
	};
	const struct fleet_row *row = &taking->rows[at];
	struct taken *taken = &taking->taken[at];
	struct kept kept;
	int r;

	memset(taken, 0, sizeof(*taken));
	if (row->epoch < taking->ledger.epoch)
		return 0;
	if (row->epoch > taking->ledger.epoch)
		begin_epoch(taking, row->epoch);
	r = load_kept(taking, row, &kept);
	if (r < 0)
		return r;
	taken->before = taken->now = kept.version;
	if (row->number == kept.number && !says_the_same(&kept, row))
		return refuse_row(row, restored_without_hub);
	if (row->number <= kept.number)
		return 0;
	if ((r = check_row(taking, row, &kept)) < 0 || (r = take[row->kind](taking, at, &kept)) < 0)
		return r;
	if (!taking->own &&
		(kept.altered_mark || (kept.altered && row->kind != FLEET_ROW_REVOCATION))) {
		taking->ledger.versions = 0;
		taking->miscounted = true;
	}
	taken->changed = true;
	taken->now = row->version;
	taking->ledger.versions += row->version - kept.version;
	if (row->number > taking->ledger.number)
		taking->ledger.number = row->number;
	return 0;
}

static bool has_revoked_ours(const struct taking *taking)
{
	return taking->ours && taking->our_ledger.number != taking->ours->ledger.number;
}

static int take_all(void *userdata)
{
	struct taking *taking = userdata;
	struct tokens *tokens = taking->tokens;
	int r = 0;

	taking->ledger = taking->issuer->ledger;
	taking->miscounted = false;
	if (taking->ours)
		taking->our_ledger = taking->ours->ledger;
	for (size_t i = 0; i < taking->n && r == 0; i++)
		r = take_row(taking, i);
	if (r == 0 && taking->generation != 0)
		r = meta_set_number(tokens->database, META_FLEET_KEY, taking->generation);
	if (r == 0)
		r = fleet_write_ledger(tokens, &taking->ledger);
	if (r == 0 && has_revoked_ours(taking))
		r = fleet_write_ledger(tokens, &taking->our_ledger);
	return r < 0 ? r : meta_set_number(tokens->database, META_TIME, taking->now);
}

/* Without memory for it, they are not being put anew any more, and are not complete. */
static int note_seen(struct taking *taking)
{
	struct kept_issuer *issuer = taking->issuer;

	for (size_t i = 0; issuer->seen && i < taking->n; i++) {
		const struct pat_id *id = &taking->rows[i].id;
		const struct taken *taken = &taking->taken[i];

		if (taking->rows[i].epoch != issuer->ledger.epoch)
			continue;

		issuer->seen_versions += taken->now;
		if (id_set_has(issuer->seen, id))
			issuer->seen_versions -= taken->before;
		else if (id_set_add(issuer->seen, id) < 0)
			return -ENOMEM;
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
	fleet_set_ledger(taking->issuer, &taking->ledger);
	/* Until all was put anew, which adds it up from what is intact. */
	if (taking->miscounted)
		taking->issuer->complete = false;
	if (note_seen(taking) < 0) {
		id_set_free(taking->issuer->seen);
		taking->issuer->seen = NULL;
		taking->issuer->complete = false;
	}
	for (size_t i = 0; i < taking->n; i++)
		tell(taking, i);
	tell_ours(taking);
	return 0;
}

/* Each is looked at before anything is written. */
static int read_rows(struct taking *taking, const struct signed_bytes *bytes)
{
	const char *name = taking->issuer->ledger.issuer;
	size_t which = 0;

	for (size_t i = 0; i < taking->n; i++) {
		if (!fleet_signed_by(
			    taking->tokens, name, taking->trusted, &bytes[i], "a row", &which))
			return -EBADMSG;
		taking->keys[i] = which;
		if (!fleet_row_read(bytes[i].bytes, bytes[i].len, &taking->rows[i]) ||
			strcmp(taking->rows[i].issuer, name) != 0) {
			log_warning("the issuer %s has signed what is no row of it, which is "
				    "ignored",
				name);
			return -EBADMSG;
		}
	}
	if (taking->own)
		return fleet_generation_of(taking->tokens, which, &taking->generation);
	return 0;
}

static int put_rows(struct taking *taking, const char *issuer, const struct signed_bytes *bytes)
{
	struct tokens *tokens = taking->tokens;
	int r;

	if (!taking->rows || !taking->taken || !taking->keys)
		return -ENOMEM;
	if (!taking->own && tokens->policy->issuer[0] != '\0' &&
		(r = fleet_issuer(tokens, tokens->policy->issuer, &taking->ours)) < 0)
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
	taking.keys = calloc(n + 1, sizeof(taking.keys[0]));
	taking.taken = calloc(n + 1, sizeof(taking.taken[0]));
	r = put_rows(&taking, issuer, rows);
	free(taking.rows);
	free(taking.keys);
	free(taking.taken);
	return r;
}
