/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an issuer signs: its rows as they are, and its heartbeats. */
#include <errno.h>
#include <string.h>

#include "patd/crypto/fleet_set.h"
#include "patd/tokens/tokens_fleet_private.h"
#include "patd/tokens/uses.h"
#include "patd/util/log.h"

#define ROWS_A_TURN 32U /* 60 microseconds each */

uint64_t tokens_fleet_last(struct tokens *tokens)
{
	struct kept_issuer *issuer;

	if (tokens->policy->issuer[0] == '\0' ||
		fleet_issuer(tokens, tokens->policy->issuer, &issuer) < 0)
		return 0;
	return issuer->ledger.number;
}

/* Of the present generation, or of one after it. */
static int public_key(
	struct tokens *tokens, uint64_t ahead, uint8_t ret[static FLEET_PUBLIC_KEY_LEN])
{
	uint64_t generation = 0;
	int r;

	if (tokens->policy->issuer[0] == '\0')
		return -ENOENT;
	r = fleet_generation(tokens, &generation);
	return r < 0 ? r : key_fleet_public(tokens->key, generation + ahead, ret);
}

int tokens_fleet_public_key(struct tokens *tokens, uint8_t ret[static FLEET_PUBLIC_KEY_LEN])
{
	return public_key(tokens, 0, ret);
}

int tokens_fleet_next_key(struct tokens *tokens, uint8_t ret[static FLEET_PUBLIC_KEY_LEN])
{
	return public_key(tokens, 1, ret);
}

int tokens_fleet_key_name(struct tokens *tokens, char ret[static FLEET_KEY_ID_LEN + 1])
{
	uint8_t key[FLEET_PUBLIC_KEY_LEN];
	int r = tokens_fleet_public_key(tokens, key);

	ret[0] = '\0';
	if (r == 0)
		fleet_key_id(key, ret);
	return r == -ENOENT ? 0 : r;
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

/* -EBADMSG, logged: it was altered, and nobody signs that. */
static int load_mark(struct tokens *tokens, const struct numbered *numbered, struct fleet_row *ret,
	uint8_t ret_hash[static FLEET_HASH_LEN])
{
	struct fleet_mark mark;
	int r = store_get_mark(tokens->store, tokens->policy->issuer, numbered->id.text, &mark);

	if (r == 0 && fleet_mark_intact(tokens, &mark)) {
		fleet_row_of_mark(&mark, ret);
		memcpy(ret_hash, mark.row_hash, FLEET_HASH_LEN);
		return 0;
	}
	if (r < 0 && r != -EBADMSG && r != -ENOENT)
		return r;
	log_error("what is kept of the former token %s was altered in the database, outside of "
		  "patd: it is not signed",
		numbered->id.text);
	return -EBADMSG;
}

static int load_token(struct tokens *tokens, const struct numbered *numbered, struct fleet_row *ret,
	uint8_t ret_hash[static FLEET_HASH_LEN])
{
	struct token token;
	int r = store_get(tokens->store, numbered->id.text, &token);

	if (r == 0 && tokens_intact(tokens, &token)) {
		fleet_row_of(&token, ret);
		memcpy(ret_hash, token.row_hash, FLEET_HASH_LEN);
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
	fleet_row_fn fn;
	void *userdata;
	uint32_t signed_n;
};

/* --- what a use has changed --- */

/* One that ended the secret before, which took no number: the row takes the next one now. */
struct renumbering {
	struct tokens *tokens;
	const struct pat_id *id;
	struct fleet_ledger before, ledger;
	struct token token;
};

static int write_renumbered(void *userdata)
{
	struct renumbering *renumbering = userdata;
	struct tokens *tokens = renumbering->tokens;
	struct token *token = &renumbering->token;
	int r = store_get(tokens->store, renumbering->id->text, token);

	if (r == 0 && !tokens_intact(tokens, token))
		r = -EBADMSG;
	if (r < 0)
		return r;
	renumbering->ledger = renumbering->before;
	fleet_number_token(&renumbering->ledger, token);
	key_row_mac(tokens->key, token, token->mac);
	r = store_update(tokens->store, token);
	if (r < 0 || (r = tokens_kept(tokens, token)) < 0)
		return r;
	return fleet_write_ledger(tokens, &renumbering->ledger);
}

static int renumber(struct tokens *tokens, const struct pat_id *id)
{
	struct renumbering renumbering = { .tokens = tokens, .id = id };
	struct kept_issuer *issuer;
	int r = fleet_issuer(tokens, tokens->policy->issuer, &issuer);

	if (r < 0)
		return r;
	renumbering.before = issuer->ledger;
	tokens_commit_usage(tokens);
	r = uses_flush(tokens, id);
	if (r == 0)
		r = transaction_run(tokens->database, true, write_renumbered, &renumbering);
	if (r < 0)
		return r == -EBADMSG ? 0 : r;
	issuer->ledger = renumbering.ledger;
	uses_forget(tokens, id);
	fleet_tell_changed(tokens, issuer->ledger.number);
	return 0;
}

/* Whether a row says what the set has of it. */
static bool is_in_set(const struct fleet_row *row, const uint8_t *bytes, size_t len,
	const uint8_t row_hash[static FLEET_HASH_LEN])
{
	uint8_t hash[FLEET_HASH_LEN];

	fleet_row_hash(bytes, len, hash);
	return row->kind == FLEET_ROW_DELETED || memcmp(hash, row_hash, sizeof(hash)) == 0;
}

/* --- signing --- */

static int sign_row(struct signing *signing, const struct numbered *numbered)
{
	struct tokens *tokens = signing->tokens;
	uint8_t bytes[FLEET_SIGNED_MAX];
	uint8_t row_hash[FLEET_HASH_LEN];
	struct fleet_row row;
	size_t len;
	int r = numbered->is_mark ? load_mark(tokens, numbered, &row, row_hash)
				  : load_token(tokens, numbered, &row, row_hash);

	/* Whoever has the version before keeps it: it is in the set. */
	if (r == -EBADMSG)
		return 0;
	if (r < 0)
		return r;
	len = fleet_row_write(&row, bytes);
	if (!is_in_set(&row, bytes, len, row_hash))
		return renumber(tokens, &numbered->id);
	r = key_pair_sign(signing->pair, bytes, len, bytes + len);
	if (r < 0)
		return r;
	signing->signed_n++;
	return signing->fn(&row, bytes, len + FLEET_SIGNATURE_LEN, signing->userdata);
}

/* What comes before anything is signed, and with which key that is. */
static int begin_signing(struct tokens *tokens, uint64_t *ret_generation)
{
	int r = fleet_return_end(tokens);

	return r < 0 ? r : fleet_generation(tokens, ret_generation);
}

/* --- a new key --- */

struct new_key {
	struct tokens *tokens;
	uint64_t generation;
};

static int write_new_key(void *userdata)
{
	const struct new_key *new = userdata;

	return meta_set_number(new->tokens->database, META_FLEET_KEY, new->generation);
}

enum pat_error tokens_fleet_new_key(
	struct tokens *tokens, const struct caller *caller, struct refusal *ret_refusal)
{
	struct new_key new = { .tokens = tokens };
	enum pat_error error = tokens_allow(caller, OP_FLEET_KEY, true, ret_refusal);
	int r;

	if (error == PAT_OK && tokens->policy->issuer[0] == '\0')
		error = tokens_refuse(PAT_ERR_NOT_ISSUER, tokens_fleet_no_issuer, ret_refusal);
	if (error != PAT_OK)
		return error;
	/* Behind, the next one may be one that was in use before, and was stolen. */
	if ((r = tokens_check_disk(tokens, false)) < 0 ||
		(r = fleet_check_caught_up(tokens, false)) < 0 ||
		(r = fleet_generation(tokens, &new.generation)) < 0)
		return tokens_refuse_errno(r, ret_refusal);
	new.generation++;
	tokens_commit_usage(tokens);
	r = transaction_run(tokens->database, false, write_new_key, &new);
	return r < 0 ? tokens_refuse_errno(r, ret_refusal) : PAT_OK;
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
	if ((r = begin_signing(tokens, &generation)) < 0 ||
		(r = key_pair_new(tokens->key, generation, &pair)) < 0)
		return r;
	signing.pair = pair;
	r = sign_after(&signing, after, max);
	key_pair_free(pair);
	return r;
}

/* What the heartbeat says: where we stand now. */
static int make_beat(struct tokens *tokens, struct fleet_beat *ret)
{
	struct kept_issuer *issuer;
	int r = fleet_issuer(tokens, tokens->policy->issuer, &issuer);

	if (r < 0)
		return r;
	/* Not the watermark: a clock that was ahead once, and was mended, would be ahead for good.
	 */
	*ret = (struct fleet_beat) {
		.at = clock_wall(tokens->clock),
		.last = issuer->ledger.number,
	};
	memcpy(ret->issuer, tokens->policy->issuer, sizeof(ret->issuer));
	fleet_set_digest(issuer->ledger.rows, ret->rows);
	return 0;
}

int tokens_fleet_sign_beat(struct tokens *tokens, uint8_t ret_bytes[static FLEET_SIGNED_MAX],
	size_t *ret_len, struct fleet_beat *ret_beat)
{
	uint64_t generation = 0;
	size_t len;
	int r;

	if (tokens->policy->issuer[0] == '\0')
		return -ENOENT;
	if ((r = begin_signing(tokens, &generation)) < 0 || (r = make_beat(tokens, ret_beat)) < 0)
		return r;
	len = fleet_beat_write(ret_beat, ret_bytes);
	r = key_fleet_sign(tokens->key, generation, ret_bytes, len, ret_bytes + len);
	if (r == 0)
		*ret_len = len + FLEET_SIGNATURE_LEN;
	return r;
}
