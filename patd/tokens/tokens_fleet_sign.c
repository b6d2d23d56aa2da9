/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an issuer signs: its rows as they are, its heartbeats, and all anew with another key. */
#include <errno.h>
#include <string.h>

#include "patd/tokens/tokens_fleet_private.h"
#include "patd/util/log.h"

#define ROWS_A_TURN 32U /* signed, or renewed: 60 microseconds each */

int fleet_generation(struct tokens *tokens, uint64_t *ret_generation)
{
	uint64_t generation = 0;
	int r = meta_get_number(tokens->database, META_FLEET_KEY, &generation);

	if (r == 0)
		*ret_generation = generation == 0 ? 1 : generation;
	return r;
}

uint64_t tokens_fleet_last(struct tokens *tokens)
{
	struct kept_issuer *issuer;

	if (tokens->policy->issuer[0] == '\0' ||
		fleet_issuer(tokens, tokens->policy->issuer, &issuer) < 0)
		return 0;
	return issuer->ledger.number;
}

int tokens_fleet_public_key(struct tokens *tokens, uint8_t ret[static FLEET_PUBLIC_KEY_LEN])
{
	uint64_t generation = 0;
	int r;

	if (tokens->policy->issuer[0] == '\0')
		return -ENOENT;
	r = fleet_generation(tokens, &generation);
	return r < 0 ? r : key_fleet_public(tokens->key, generation, ret);
}

/* --- rows --- */

/* Rows in the order of their numbers. */
struct numbers {
	struct numbered rows[ROWS_A_TURN];
	size_t n;
};

static int take_number(const struct numbered *row, void *userdata)
{
	struct numbers *numbers = userdata;

	numbers->rows[numbers->n++] = *row;
	return 0;
}

static int list_numbers(struct tokens *tokens, uint64_t after, uint32_t max, struct numbers *ret)
{
	ret->n = 0;
	return store_list_numbered(tokens->store, tokens->policy->issuer, after,
		max < ROWS_A_TURN ? max : ROWS_A_TURN, take_number, ret);
}

static void row_of_mark(const struct fleet_mark *mark, struct fleet_row *ret)
{
	*ret = (struct fleet_row) {
		.number = mark->number,
		.version = mark->version,
		.kind = mark->kind,
		.id = mark->id,
		.revoked_at = mark->revoked_at,
	};
	memcpy(ret->issuer, mark->issuer, sizeof(ret->issuer));
	memcpy(ret->revoked_reason, mark->revoked_reason, sizeof(ret->revoked_reason));
}

/* -EBADMSG, logged: it was altered, and nobody signs that. */
static int load_mark(struct tokens *tokens, const struct numbered *numbered, struct fleet_row *ret)
{
	struct fleet_mark mark;
	int r = store_get_mark(tokens->store, tokens->policy->issuer, numbered->id.text, &mark);

	if (r == 0 && fleet_mark_intact(tokens, &mark)) {
		row_of_mark(&mark, ret);
		return 0;
	}
	if (r < 0 && r != -EBADMSG && r != -ENOENT)
		return r;
	log_error("what is kept of the former token %s was altered in the database, outside of "
		  "patd: it is not signed",
		numbered->id.text);
	return -EBADMSG;
}

static int load_token(struct tokens *tokens, const struct numbered *numbered, struct fleet_row *ret)
{
	struct token token;
	int r = store_get(tokens->store, numbered->id.text, &token);

	if (r == 0 && tokens_intact(tokens, &token)) {
		fleet_row_of(&token, ret);
		return 0;
	}
	if (r < 0 && r != -EBADMSG && r != -ENOENT)
		return r;
	log_error("token %s was altered in the database, outside of patd: it is not signed",
		numbered->id.text);
	return -EBADMSG;
}

struct signing {
	struct tokens *tokens;
	const struct key_pair *pair;
	uint64_t epoch;
	fleet_row_fn fn;
	void *userdata;
	uint32_t signed_n;
};

static int sign_row(struct signing *signing, const struct numbered *numbered)
{
	struct tokens *tokens = signing->tokens;
	uint8_t bytes[FLEET_SIGNED_MAX];
	struct fleet_row row;
	size_t len;
	int r = numbered->is_mark ? load_mark(tokens, numbered, &row)
				  : load_token(tokens, numbered, &row);

	/* Whoever has the version before knows by the numbers that one is missing. */
	if (r == -EBADMSG)
		return 0;
	if (r < 0)
		return r;
	row.epoch = signing->epoch;
	len = fleet_row_write(&row, bytes);
	r = key_pair_sign(signing->pair, bytes, len, bytes + len);
	if (r < 0)
		return r;
	signing->signed_n++;
	return signing->fn(&row, bytes, len + FLEET_SIGNATURE_LEN, signing->userdata);
}

/* --- a new key --- */

struct renewal {
	struct tokens *tokens;
	const struct numbers *numbers;
	uint64_t up_to; /* 0: all are renewed with this */
	struct fleet_ledger ledger;
};

static int renew_mark(struct renewal *renewal, const struct numbered *numbered)
{
	struct tokens *tokens = renewal->tokens;
	struct fleet_mark mark;
	int r = store_get_mark(tokens->store, tokens->policy->issuer, numbered->id.text, &mark);

	if (r < 0 || !fleet_mark_intact(tokens, &mark))
		return r == -EBADMSG ? 0 : r;
	mark.number = ++renewal->ledger.number;
	mark.version++;
	renewal->ledger.versions++;
	return fleet_write_mark(tokens, &mark);
}

static int renew_token(struct renewal *renewal, const struct numbered *numbered)
{
	struct tokens *tokens = renewal->tokens;
	struct token token;
	int r = store_get(tokens->store, numbered->id.text, &token);

	if (r < 0 || !tokens_intact(tokens, &token))
		return r == -EBADMSG ? 0 : r;
	token.number = ++renewal->ledger.number;
	token.version++;
	renewal->ledger.versions++;
	key_row_mac(tokens->key, &token, token.mac);
	r = store_update(tokens->store, &token);
	return r < 0 ? r : tokens_kept(tokens, &token);
}

static int write_renewal(void *userdata)
{
	struct renewal *renewal = userdata;
	int r = 0;

	for (size_t i = 0; i < renewal->numbers->n && r == 0; i++) {
		const struct numbered *row = &renewal->numbers->rows[i];

		r = row->is_mark ? renew_mark(renewal, row) : renew_token(renewal, row);
	}
	if (r == 0)
		r = fleet_write_ledger(renewal->tokens, &renewal->ledger);
	if (r == 0 && renewal->up_to == 0)
		r = meta_set_number(renewal->tokens->database, META_FLEET_RENEW, 0);
	return r;
}

static int write_renewed(struct tokens *tokens, const struct numbers *numbers, uint64_t up_to)
{
	struct renewal renewal = { .tokens = tokens, .numbers = numbers, .up_to = up_to };
	struct kept_issuer *issuer;
	int r = fleet_issuer(tokens, tokens->policy->issuer, &issuer);

	if (r < 0)
		return r;
	renewal.ledger = issuer->ledger;
	tokens_commit_usage(tokens);
	r = transaction_run(tokens->database, false, write_renewal, &renewal);
	if (r == 0)
		issuer->ledger = renewal.ledger;
	return r;
}

/*
 * Some of the rows that were signed with an earlier key take the next numbers, as if they were
 * changed, so that whoever keeps them gets them anew.
 */
static int renew_some(struct tokens *tokens)
{
	struct numbers numbers;
	uint64_t up_to = 0, after = tokens->fleet_renewed;
	int r = meta_get_number(tokens->database, META_FLEET_RENEW, &up_to);

	if (r < 0 || up_to == 0)
		return r;
	r = list_numbers(tokens, after, ROWS_A_TURN, &numbers);
	if (r < 0)
		return r;
	while (numbers.n > 0 && numbers.rows[numbers.n - 1].number > up_to)
		numbers.n--;
	r = write_renewed(tokens, &numbers, numbers.n == 0 ? 0 : up_to);
	if (r == 0)
		tokens->fleet_renewed = numbers.n == 0 ? 0 : numbers.rows[numbers.n - 1].number;
	return r;
}

/*
 * An epoch begins before anything is signed for the first time, or after a restore from a backup:
 * who asks for what we sign has given us what the hub had and we lacked, but nobody can say that it
 * was all.
 */
struct beginning {
	struct tokens *tokens;
	struct fleet_ledger ledger;
};

static int write_epoch(void *userdata)
{
	struct beginning *beginning = userdata;
	int r = fleet_write_ledger(beginning->tokens, &beginning->ledger);

	return r < 0 ? r : meta_set_number(beginning->tokens->database, META_FLEET_BEHIND, 0);
}

static int begin_epoch(struct tokens *tokens)
{
	struct beginning beginning = { .tokens = tokens };
	struct kept_issuer *issuer;
	uint64_t behind = 0;
	int r = meta_get_number(tokens->database, META_FLEET_BEHIND, &behind);

	if (r < 0 || (r = fleet_issuer(tokens, tokens->policy->issuer, &issuer)) < 0)
		return r;
	if (behind == 0 && issuer->ledger.epoch != 0)
		return 0;
	beginning.ledger = issuer->ledger;
	beginning.ledger.epoch = fleet_epoch_new(clock_wall(tokens->clock), issuer->ledger.epoch);
	tokens_commit_usage(tokens);
	r = transaction_run(tokens->database, false, write_epoch, &beginning);
	if (r == 0)
		issuer->ledger = beginning.ledger;
	return r;
}

/* What comes before anything is signed, and in which epoch and with which key that is. */
static int begin_signing(struct tokens *tokens, uint64_t *ret_epoch, uint64_t *ret_generation)
{
	struct kept_issuer *issuer;
	int r;

	if ((r = begin_epoch(tokens)) < 0 || (r = renew_some(tokens)) < 0 ||
		(r = fleet_issuer(tokens, tokens->policy->issuer, &issuer)) < 0)
		return r;
	*ret_epoch = issuer->ledger.epoch;
	return fleet_generation(tokens, ret_generation);
}

struct new_key {
	struct tokens *tokens;
	uint64_t generation, renew;
};

static int write_new_key(void *userdata)
{
	const struct new_key *new = userdata;
	int r = meta_set_number(new->tokens->database, META_FLEET_KEY, new->generation);

	return r < 0 ? r : meta_set_number(new->tokens->database, META_FLEET_RENEW, new->renew);
}

enum pat_error tokens_fleet_new_key(
	struct tokens *tokens, const struct caller *caller, struct refusal *ret_refusal)
{
	struct new_key new = { .tokens = tokens, .renew = tokens_fleet_last(tokens) };
	enum pat_error error = tokens_allow(caller, OP_FLEET_KEY, true, ret_refusal);
	int r;

	if (error == PAT_OK && tokens->policy->issuer[0] == '\0')
		error = tokens_refuse(PAT_ERR_AGAINST_POLICY, tokens_fleet_no_issuer, ret_refusal);
	if (error != PAT_OK)
		return error;
	if ((r = tokens_check_disk(tokens, false)) < 0 ||
		(r = fleet_generation(tokens, &new.generation)) < 0)
		return tokens_refuse_errno(r, ret_refusal);
	new.generation++;
	tokens_commit_usage(tokens);
	r = transaction_run(tokens->database, false, write_new_key, &new);
	if (r < 0)
		return tokens_refuse_errno(r, ret_refusal);
	tokens->fleet_renewed = 0;
	fleet_tell_changed(tokens, new.renew);
	return PAT_OK;
}

static int sign_after(struct signing *signing, uint64_t after, uint32_t max)
{
	struct numbers numbers;
	int r;

	do {
		r = list_numbers(signing->tokens, after, max, &numbers);
		for (size_t i = 0; i < numbers.n && r == 0; i++) {
			after = numbers.rows[i].number;
			r = sign_row(signing, &numbers.rows[i]);
		}
		/* No rows would mean that there are no more. */
	} while (r == 0 && signing->signed_n == 0 && numbers.n > 0);
	return r;
}

int tokens_fleet_sign_rows(
	struct tokens *tokens, uint64_t after, uint32_t max, fleet_row_fn fn, void *userdata)
{
	struct signing signing = { .tokens = tokens, .fn = fn, .userdata = userdata };
	struct key_pair *pair;
	uint64_t generation = 0;
	int r;

	if (tokens->policy->issuer[0] == '\0')
		return 0;
	if ((r = begin_signing(tokens, &signing.epoch, &generation)) < 0 ||
		(r = key_pair_new(tokens->key, generation, &pair)) < 0)
		return r;
	signing.pair = pair;
	r = sign_after(&signing, after, max);
	key_pair_free(pair);
	return r;
}

int tokens_fleet_sign_beat(struct tokens *tokens, uint8_t ret_bytes[static FLEET_SIGNED_MAX],
	size_t *ret_len, struct fleet_beat *ret_beat)
{
	/* Not the watermark: a clock that was ahead once, and was mended, would be ahead for good.
	 */
	struct fleet_beat beat = { .at = clock_wall(tokens->clock) };
	uint64_t generation = 0;
	size_t len;
	int r;

	if (tokens->policy->issuer[0] == '\0')
		return -ENOENT;
	r = begin_signing(tokens, &beat.epoch, &generation);
	if (r < 0)
		return r;
	memcpy(beat.issuer, tokens->policy->issuer, sizeof(beat.issuer));
	beat.last = tokens_fleet_last(tokens);
	len = fleet_beat_write(&beat, ret_bytes);
	r = key_fleet_sign(tokens->key, generation, ret_bytes, len, ret_bytes + len);
	if (r < 0)
		return r;
	*ret_len = len + FLEET_SIGNATURE_LEN;
	if (ret_beat)
		*ret_beat = beat;
	return 0;
}
