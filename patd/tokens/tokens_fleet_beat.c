/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Heartbeats of an issuer, by which a member knows that it has all rows, and that they are new. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "patd/crypto/fleet_set.h"
#include "patd/tokens/tokens_fleet_private.h"
#include "patd/tokens/uses.h"
#include "patd/util/log.h"

/* In one transaction; and after one heartbeat, which takes some seconds. */
#define FORGOTTEN_A_TURN 64U
#define TURNS_MAX 1024U

static int find_trusted(struct tokens *tokens, const char *name, const struct issuer **ret_trusted,
	struct kept_issuer **ret_issuer)
{
	*ret_trusted = fleet_is_own(tokens, name) ? NULL : policy_issuer(tokens->policy, name);
	return *ret_trusted ? fleet_issuer(tokens, name, ret_issuer) : -ENOENT;
}

static void end_anew(struct kept_issuer *issuer)
{
	put_anew_free(issuer->anew);
	issuer->anew = NULL;
}

static int begin_anew(struct kept_issuer *issuer)
{
	issuer->anew = calloc(1, sizeof(*issuer->anew));
	if (!issuer->anew)
		return -ENOMEM;
	issuer->anew->ids = id_set_new();
	if (issuer->anew->ids)
		return 0;
	end_anew(issuer);
	return -ENOMEM;
}

int tokens_fleet_begin_again(struct tokens *tokens, const char *name)
{
	const struct issuer *trusted;
	struct kept_issuer *issuer;
	int r = find_trusted(tokens, name, &trusted, &issuer);

	if (r < 0)
		return r;
	end_anew(issuer);
	return begin_anew(issuer);
}

/* --- what is kept and was not put anew --- */

struct forgetting {
	struct tokens *tokens;
	const struct kept_issuer *issuer;
	uint64_t after; /* up to that number, there are none */
	struct numbered rows[FORGOTTEN_A_TURN];
	struct token tokens_gone[FORGOTTEN_A_TURN];
	size_t n, gone_n;
	bool more;
};

static int take_unseen(const struct numbered *row, void *userdata)
{
	struct forgetting *forgetting = userdata;

	if (id_set_has(forgetting->issuer->anew->ids, &row->id))
		return 0;
	if (forgetting->n == FORGOTTEN_A_TURN) {
		forgetting->more = true;
		return 1;
	}
	forgetting->rows[forgetting->n++] = *row;
	return 0;
}

/* What is revoked here stays so; its issuer does not know it. */
static int keep_held(struct tokens *tokens, struct token *token)
{
	int r;

	token->number = 0;
	memset(token->row_hash, 0, sizeof(token->row_hash));
	key_row_mac(tokens->key, token, token->mac);
	r = store_update(tokens->store, token);
	return r < 0 ? r : tokens_kept(tokens, token);
}

static int forget_token(struct forgetting *forgetting, const struct pat_id *id)
{
	struct tokens *tokens = forgetting->tokens;
	struct token *token = &forgetting->tokens_gone[forgetting->gone_n];
	int r = store_get(tokens->store, id->text, token);

	if (r < 0 && r != -EBADMSG)
		return r;
	if (r == 0 && token->held && tokens_intact(tokens, token))
		return keep_held(tokens, token);
	token->id = *id;
	forgetting->gone_n++;
	r = history_forget(tokens->history, id->text);
	return r < 0 ? r : store_delete(tokens->store, id->text);
}

/* Inside the transaction. */
static int forget_unseen(struct forgetting *forgetting)
{
	const char *name = forgetting->issuer->ledger.issuer;
	int r;

	forgetting->n = forgetting->gone_n = 0;
	forgetting->more = false;
	r = store_list_numbered(forgetting->tokens->store, name, forgetting->after, UINT32_MAX,
		take_unseen, forgetting);
	for (size_t i = 0; r >= 0 && i < forgetting->n; i++)
		r = forgetting->rows[i].is_mark ? store_remove_mark(forgetting->tokens->store, name,
							  forgetting->rows[i].id.text)
						: forget_token(forgetting, &forgetting->rows[i].id);
	return r < 0 ? r : 0;
}

/* --- a heartbeat --- */

struct beating {
	struct tokens *tokens;
	const struct kept_issuer *issuer;
	struct fleet_ledger ledger;    /* with the heartbeat */
	struct fleet_ledger written;   /* as it is then */
	struct forgetting *forgetting; /* NULL: nothing is to be forgotten */
};

/* While there is more to be forgotten, it is not complete. */
static int forget(struct forgetting *forgetting, struct fleet_ledger *ledger)
{
	int r = forget_unseen(forgetting);

	ledger->complete = r == 0 && !forgetting->more;
	if (!ledger->complete)
		return r;
	memcpy(ledger->rows, forgetting->issuer->anew->rows, sizeof(ledger->rows));
	ledger->number = ledger->last;
	return 0;
}

static int write_beat(void *userdata)
{
	struct beating *beating = userdata;
	int r = 0;

	beating->written = beating->ledger;
	if (beating->forgetting)
		r = forget(beating->forgetting, &beating->written);
	return r < 0 ? r : fleet_write_ledger(beating->tokens, &beating->written);
}

static void tell_gone(struct tokens *tokens, const struct forgetting *forgetting)
{
	for (size_t i = 0; i < forgetting->gone_n; i++) {
		const struct token *token = &forgetting->tokens_gone[i];

		uses_forget(tokens, &token->id);
		tokens_notify(tokens, TOKEN_DELETED, token);
		if (tokens->policy->revoke_ends_sessions)
			tokens_end_sessions_of(tokens, &tokens_patd, &token->id);
	}
}

/* The ledger with the heartbeat.  What was put anew must be all by itself: the rest is forgotten.
 */
static void apply_beat(const struct kept_issuer *issuer, const struct fleet_beat *beat,
	const char *key, struct fleet_ledger *ret)
{
	uint8_t digest[FLEET_HASH_LEN];

	*ret = issuer->ledger;
	ret->last = beat->last;
	ret->beat_at = beat->at;
	pat_field_cut(ret->beat_key, sizeof(ret->beat_key), key);
	fleet_set_digest(issuer->anew ? issuer->anew->rows : issuer->ledger.rows, digest);
	ret->complete = memcmp(digest, beat->rows, sizeof(digest)) == 0;
	/* After a restore its numbers go on far above those of its rows. */
	if (ret->complete && ret->number < ret->last)
		ret->number = ret->last;
}

/* Others may have the number of the last one. */
static void go_on_after(struct forgetting *forgetting)
{
	if (forgetting->n > 0)
		forgetting->after = forgetting->rows[forgetting->n - 1].number - 1;
}

static int store_beat(struct beating *beating)
{
	struct tokens *tokens = beating->tokens;
	int r = tokens_check_disk(tokens, false);

	beating->written = beating->ledger;
	if (r == 0) {
		tokens_commit_usage(tokens);
		r = transaction_run(tokens->database, false, write_beat, beating);
	}
	if (r == 0 && beating->forgetting) {
		tell_gone(tokens, beating->forgetting);
		go_on_after(beating->forgetting);
	}
	if (r != -ENOSPC || beating->forgetting || !beating->ledger.complete)
		return r;
	/* A heartbeat that changes nothing but its time need not be kept. */
	beating->written = beating->ledger;
	return 0;
}

/* In as many transactions as it takes to forget the rest. */
static int store_in_turns(struct beating *beating)
{
	unsigned int turns = 0;
	int r;

	do {
		r = store_beat(beating);
	} while (r == 0 && beating->forgetting && beating->forgetting->more && ++turns < TURNS_MAX);
	return r;
}

static void beat_taken(
	struct tokens *tokens, struct kept_issuer *issuer, const struct fleet_ledger *ledger)
{
	const uint64_t before_at = issuer->ledger.beat_at;

	issuer->ledger = *ledger;
	issuer->ahead = false;
	fleet_note_age(tokens, issuer, before_at);
	end_anew(issuer);
	if (!issuer->ledger.complete)
		fleet_tell_refetch(tokens, issuer);
}

static int take_beat(struct tokens *tokens, struct kept_issuer *issuer,
	const struct fleet_beat *beat, const char *key)
{
	struct beating beating = { .tokens = tokens, .issuer = issuer };
	struct forgetting *forgetting = NULL;
	int r;

	apply_beat(issuer, beat, key, &beating.ledger);
	if (issuer->anew && beating.ledger.complete) {
		forgetting = calloc(1, sizeof(*forgetting));
		if (!forgetting)
			return -ENOMEM;
		forgetting->tokens = tokens;
		forgetting->issuer = issuer;
	}
	beating.forgetting = forgetting;
	r = store_in_turns(&beating);
	if (r == 0)
		beat_taken(tokens, issuer, &beating.written);
	free(forgetting);
	return r;
}

/* Its clock is ahead, or ours behind: taken, it would make all later ones count as older. */
static bool is_ahead(
	struct tokens *tokens, struct kept_issuer *issuer, const struct fleet_beat *beat)
{
	const uint64_t now = clock_now(tokens->clock);
	const bool ahead = beat->at > now && beat->at - now > FLEET_AHEAD_S;

	if (ahead && !issuer->ahead)
		log_warning("a heartbeat of the issuer %s is %llu seconds ahead of the clock of "
			    "this machine, and is ignored: correct the clock that is wrong",
			issuer->ledger.issuer, (unsigned long long)(beat->at - now));
	issuer->ahead = ahead;
	return ahead;
}

int tokens_fleet_put_beat(struct tokens *tokens, const char *name, const struct signed_bytes *bytes)
{
	const struct issuer *trusted;
	struct kept_issuer *issuer;
	struct fleet_beat beat;
	size_t which = 0;
	int r = find_trusted(tokens, name, &trusted, &issuer);

	if (r < 0)
		return r;
	if (!fleet_is_signed_by(tokens, trusted, bytes, &which)) {
		fleet_log_unsigned(tokens, issuer, "a heartbeat");
		return -EBADMSG;
	}
	if (!fleet_beat_read(bytes->bytes, bytes->len, &beat) || strcmp(beat.issuer, name) != 0) {
		log_warning("the issuer %s has signed what is no heartbeat of it, which is ignored",
			name);
		return -EBADMSG;
	}
	if (beat.at < issuer->ledger.beat_at || is_ahead(tokens, issuer, &beat))
		return 0;
	return take_beat(tokens, issuer, &beat, trusted->keys[which].id);
}
